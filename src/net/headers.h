/* SPDX-License-Identifier: MIT */
/* Headers: those of an answer, kept. See pmx_client_header(). */
#pragma once

#include <curl/curl.h>

#include "net/client.h"

/* Those of the last answer that `easy` got, interim ones left out. */
PmxClientHeaders *pmx_headers_new(CURL *easy);
void pmx_headers_free(PmxClientHeaders *headers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxClientHeaders, pmx_headers_free)
