/* SPDX-License-Identifier: MIT */
/*
 * MNS: a message for a queue of Alibaba Cloud's Message Service, as a signed request.
 *
 * The bytes are those that the service's own client for Node.js sends, down to its Content-MD5,
 * which is the base64 form of the hex digest; it is signed as it is sent. Pure.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *url;
    char **headers; /* "Name: value", NULL at the end */
    char *body;
} PmxMnsRequest;

/* POST to `queue` at `endpoint` (https://ACCOUNT.mns.REGION.aliyuncs.com). `moment` is now. */
void pmx_mns_request(const char *endpoint, const char *queue, const char *key_id,
                     const char *key_secret, const char *message, gint64 moment,
                     PmxMnsRequest *request);
void pmx_mns_request_clear(PmxMnsRequest *request);
