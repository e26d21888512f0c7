/* SPDX-License-Identifier: MIT */
/* See sign.h. */
#include "storage/sign-parts.h"

PmxSigned *pmx_sign(const PmxSignRequest *request)
{
    switch (request->scheme) {
    case PMX_SIGN_OSS4:
        return pmx_sign_v4(&pmx_sign_oss4, request);
    case PMX_SIGN_OSS1:
        return pmx_sign_oss1(request);
    case PMX_SIGN_AWS4:
    default:
        return pmx_sign_v4(&pmx_sign_aws4, request);
    }
}

void pmx_signed_free(PmxSigned *signed_request)
{
    if (!signed_request)
        return;
    g_free(signed_request->target);
    g_strfreev(signed_request->headers);
    g_free(signed_request);
}
