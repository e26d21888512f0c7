/* SPDX-License-Identifier: MIT */
/*
 * Addresses of outputs as text: joined, completed, compared. What a scheme means is the storage
 * room's business; here only file:// is known to be a local path. Pure; for job/.
 */
#pragma once

#include <glib.h>

/* NULL when `name` can be an output's file name below a folder, else a sentence that says why not
 * (caller frees). Fits PmxField's check. */
char *pmx_check_output_name(const char *name);

/* As above for a whole address. */
char *pmx_check_output_address(const char *address);

/* `base` and `name` with exactly one slash between them. Caller frees. */
char *pmx_output_address_join(const char *base, const char *name);

/* `address` moved below `base`: a relative path keeps its folders, of any other address the last
 * component stays. Caller frees. */
char *pmx_output_address_rebase(const char *base, const char *address);

/* `address` with `extension` (".mp4") added, unless it ends so in any letter case. Caller frees. */
char *pmx_output_address_complete(const char *address, const char *extension);

/* What is equal for addresses of one file: "./" and doubled slashes are taken out, ".." is resolved
 * as text, and file:// is a local path. Caller frees. */
char *pmx_output_address_key(const char *address);
