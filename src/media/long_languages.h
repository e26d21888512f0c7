/* SPDX-License-Identifier: MIT */
/*
 * Languages that three letters cannot say, in files whose writer only knows three letters.
 *
 * MP4 has the extended language tag, 'elng' (ISO/IEC 14496-12, 8.4.6), Matroska LanguageBCP47
 * (0x22B59D); libavformat 59 writes neither. So a track's name is written with room behind it, a run
 * of bytes that no name has, and when the file is finished the name gets its own length back and the
 * room becomes the element. Nothing moves, so nothing else in the file has to be told. For mux.c.
 */
#pragma once

#include <glib.h>

typedef enum { PMX_LONG_MP4, PMX_LONG_MOV, PMX_LONG_MATROSKA } PmxLongForm;

/* `name` with the room for `tag` behind it. Caller frees. */
char *pmx_long_name(PmxLongForm form, const char *name, const char *tag);

/* Turns the room behind `name` into the element for `tag` in `bytes` (a file's beginning, up to its
 * media), looking from `*from` on, which moves behind it. FALSE when it is not there. */
gboolean pmx_long_set(PmxLongForm form, guint8 *bytes, gsize length, gsize *from, const char *name,
                      const char *tag);
