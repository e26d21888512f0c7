/* SPDX-License-Identifier: MIT */
/* Artifact keys: see key.h. Pure. */
#include "plan/key.h"

char *pmx_key_new(const char *kind, const char *identity, const char *versions, json_t *parameters)
{
    /* JSON is UTF-8 and a path may be any bytes. */
    g_autofree char *what = g_strescape(identity, NULL),
                    *makers = g_strescape(versions ? versions : "", NULL);
    json_t *whole = json_pack("{s:i, s:s, s:s, s:s, s:O}", "engine", PMX_ENGINE_VERSION, "kind",
                              kind, "identity", what, "versions", makers, "parameters", parameters);
    char *text = json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS);
    char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    free(text);
    json_decref(whole);
    return key;
}
