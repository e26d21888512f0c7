/* SPDX-License-Identifier: MIT */
/* Notes in the journal of uploads (upload.h). For the files of storage/ only. */
#pragma once

#include "storage/upload.h"

typedef struct PmxUploadNote PmxUploadNote;

/* Before an upload begins. NULL with `error` when it cannot be noted. */
PmxUploadNote *pmx_upload_note_new(const PmxUploads *uploads, const char *address, GError **error);

/* It has begun, under this id. */
gboolean pmx_upload_note_id(PmxUploadNote *note, const char *id, GError **error);

/* It is over and done with. */
void pmx_upload_note_strike(PmxUploadNote *note);

/* Its parts may still be there: it stays noted, for the next one to look. */
void pmx_upload_note_leave(PmxUploadNote *note);
