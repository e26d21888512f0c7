/* SPDX-License-Identifier: MIT */
/*
 * Signed requests as the cloud's official clients made them, with the clock at 2026-01-02T03:04:05Z
 * unless it says otherwise: @alicloud/openapi-core 1.0.8 (V3) and @alicloud/pop-core 1.8.0 (V2).
 */
#pragma once

#include <string.h>

#include "api/signature.h"

typedef struct {
    const char *name, *value;
} Header;

typedef struct {
    const char *title;
    const char *key_id, *secret;
    const char *method, *target, *body; /* as on the wire */
    Header headers[12];                 /* without a name: the end */
    const char *canonical, *to_sign, *signature;
} SignedRequest;

static const char *header_of(const char *name, gconstpointer source)
{
    for (const Header *header = source; header->name; header++)
        if (g_ascii_strcasecmp(header->name, name) == 0)
            return header->value;
    return NULL;
}

/* A request on its way to the code under test; the strings stay the SignedRequest's. */
typedef struct {
    PmxParameters *query, *form;
    PmxSignable signable;
} Wire;

static G_GNUC_UNUSED void wire_open(Wire *wire, const SignedRequest *request)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    const char *query = strchr(request->target, '?');
    query = query ? query + 1 : "";
    wire->query = pmx_parameters_parse(query, strlen(query), problems);
    gboolean form = pmx_is_form(header_of("content-type", request->headers));
    wire->form = form ? pmx_parameters_parse(request->body, strlen(request->body), problems) : NULL;
    g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
    wire->signable = (PmxSignable){.method = request->method,
                                   .path = "/",
                                   .query = wire->query,
                                   .form = wire->form,
                                   .body = request->body,
                                   .body_length = strlen(request->body),
                                   .header = header_of,
                                   .source = request->headers};
}

static G_GNUC_UNUSED void wire_close(Wire *wire)
{
    pmx_parameters_free(wire->query);
    pmx_parameters_free(wire->form);
}

#define NO_BODY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define NONCE "0123456789abcdef0123456789abcdef"
#define SIGNED                                                                                     \
    "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"

static const SignedRequest acs3_requests[] = {
    {.title = "SubmitMediaConvertJob, all in the query, as the SDK sends it",
     .key_id = "testAccessKeyId",
     .secret = "testAccessKeySecret",
     .method = "POST",
     .target =
         "/?ClientToken=86f8e525-9d73-4dac&Config=%7B%22Inputs%22%3A%5B%7B%22InputFile%22%3A%7B%22"
         "Type%22%3A%22OSS%22%2C%22Media%22%3A%22oss%3A%2F%2Fmy-bucket%2Fin%20dir%2F%E6%96%87%E4%BB"
         "%B6%20(1)*~'!%2B.mp4%22%7D%7D%5D%7D&UserData=a%3Db%26c",
     .body = "",
     .headers = {{"host", "127.0.0.1:18080"},
                 {"x-acs-action", "SubmitMediaConvertJob"},
                 {"x-acs-content-sha256", NO_BODY},
                 {"x-acs-credentials-provider", "static_ak"},
                 {"x-acs-date", "2026-01-02T03:04:05Z"},
                 {"x-acs-signature-nonce", NONCE},
                 {"x-acs-version", "2020-11-09"},
                 {"Authorization",
                  "ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders=host;x-acs-action;"
                  "x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;"
                  "x-acs-signature-nonce;x-acs-version,Signature="
                  "1f7c462a8e74e65b1fc92f4c8c05a9b7bfcfe2dd62e97c5362bf8131bc820f05"}},
     .canonical =
         "POST\n/\nClientToken=86f8e525-9d73-4dac&Config=%7B%22Inputs%22%3A%5B%7B%22InputFile%22%3A"
         "%7B%22Type%22%3A%22OSS%22%2C%22Media%22%3A%22oss%3A%2F%2Fmy-bucket%2Fin%20dir%2F%E6%96%87"
         "%E4%BB%B6%20%281%29%2A~%27%21%2B.mp4%22%7D%7D%5D%7D&UserData=a%3Db%26c\n"
         "host:127.0.0.1:18080\nx-acs-action:SubmitMediaConvertJob\nx-acs-content-sha256:" NO_BODY
         "\nx-acs-credentials-provider:static_ak\nx-acs-date:2026-01-02T03:04:05Z\n"
         "x-acs-signature-nonce:" NONCE "\nx-acs-version:2020-11-09\n\n"
         "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;"
         "x-acs-signature-nonce;x-acs-version\n" NO_BODY,
     .to_sign = "ACS3-HMAC-SHA256\n"
                "792d1a83ea73d75a835f2bca6c686866ed34dd35b7ca26abcb0df685fef49a5b",
     .signature = "1f7c462a8e74e65b1fc92f4c8c05a9b7bfcfe2dd62e97c5362bf8131bc820f05"},
    {.title = "the same action with its parameters in a form body",
     .key_id = "testAccessKeyId",
     .secret = "testAccessKeySecret",
     .method = "POST",
     .target = "/?",
     .body = "Config=%7B%7D&UserData=x%20y",
     .headers = {{"content-type", "application/x-www-form-urlencoded"},
                 {"host", "ice.example.com"},
                 {"x-acs-action", "SubmitMediaConvertJob"},
                 {"x-acs-content-sha256",
                  "d63499e91907ba3080d7240a313c7bae7267a4bb0d60933fabec7392efb471d3"},
                 {"x-acs-date", "2026-01-02T03:04:05Z"},
                 {"x-acs-signature-nonce", NONCE},
                 {"x-acs-version", "2020-11-09"},
                 {"Authorization",
                  "ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders=content-type;" SIGNED
                  ",Signature=956ab1106adf7411dc99062292ad0be2fa61505159440528db224ea203bbc1f2"}},
     .canonical =
         "POST\n/\n\ncontent-type:application/x-www-form-urlencoded\nhost:ice.example.com\n"
         "x-acs-action:SubmitMediaConvertJob\nx-acs-content-sha256:"
         "d63499e91907ba3080d7240a313c7bae7267a4bb0d60933fabec7392efb471d3\n"
         "x-acs-date:2026-01-02T03:04:05Z\nx-acs-signature-nonce:" NONCE
         "\nx-acs-version:2020-11-09\n\ncontent-type;" SIGNED "\n"
         "d63499e91907ba3080d7240a313c7bae7267a4bb0d60933fabec7392efb471d3",
     .to_sign = "ACS3-HMAC-SHA256\n"
                "e2a88cdc02ed591e8ba512c37809cdf9306249bce5633eaac93c4948bb6f59f1",
     .signature = "956ab1106adf7411dc99062292ad0be2fa61505159440528db224ea203bbc1f2"},
    {.title = "the cloud's own documentation: RunInstances",
     .key_id = "YourAccessKeyId",
     .secret = "YourAccessKeySecret",
     .method = "POST",
     .target = "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
     .body = "",
     .headers = {{"host", "ecs.cn-shanghai.aliyuncs.com"},
                 {"x-acs-action", "RunInstances"},
                 {"x-acs-content-sha256", NO_BODY},
                 {"x-acs-date", "2023-10-26T10:22:32Z"},
                 {"x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"},
                 {"x-acs-version", "2014-05-26"},
                 {"Authorization",
                  "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=" SIGNED
                  ",Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"}},
     .canonical =
         "POST\n/\nImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-"
         "shanghai\nhost:ecs.cn-shanghai.aliyuncs.com\nx-acs-action:RunInstances\n"
         "x-acs-content-sha256:" NO_BODY "\nx-acs-date:2023-10-26T10:22:32Z\n"
         "x-acs-signature-nonce:3156853299f313e23d1673dc12e1703d\nx-acs-version:2014-05-26\n\n" SIGNED
         "\n" NO_BODY,
     .to_sign = "ACS3-HMAC-SHA256\n"
                "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
     .signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"},
};

/* The parameters of RPC-B and RPC-C, without Signature. */
#define SUBMIT                                                                                     \
    "Format=JSON&Version=2020-11-09&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&"               \
    "AccessKeyId=testAccessKeyId&Timestamp=2026-01-02T03%3A04%3A05Z&SignatureNonce=nonce-0001&"    \
    "ClientToken=86f8e525-9d73-4dac&Config=%7B%22Inputs%22%3A%5B%7B%22InputFile%22%3A%7B%22Type%"  \
    "22%3A%22OSS%22%2C%22Media%22%3A%22oss%3A%2F%2Fmy-bucket%2Fin%20dir%2F%E6%96%87%E4%BB%B6%20("  \
    "1)*~'!%2B.mp4%22%7D%7D%5D%7D&UserData=a%3Db%26c"
#define SUBMIT_TO_SIGN                                                                              \
    "&%2F&AccessKeyId%3DtestAccessKeyId%26Action%3DSubmitMediaConvertJob%26ClientToken%3D86f8e525"  \
    "-9d73-4dac%26Config%3D%257B%2522Inputs%2522%253A%255B%257B%2522InputFile%2522%253A%257B%2522"  \
    "Type%2522%253A%2522OSS%2522%252C%2522Media%2522%253A%2522oss%253A%252F%252Fmy-bucket%252Fin%"  \
    "2520dir%252F%25E6%2596%2587%25E4%25BB%25B6%2520%25281%2529%252A~%2527%2521%252B.mp4%2522%257D" \
    "%257D%255D%257D%26Format%3DJSON%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dnonce-0001%"  \
    "26SignatureVersion%3D1.0%26Timestamp%3D2026-01-02T03%253A04%253A05Z%26UserData%3Da%253Db%252"  \
    "6c%26Version%3D2020-11-09"

static const SignedRequest rpc_requests[] = {
    {.title = "the cloud's own documentation: DescribeRegions",
     .key_id = "testid",
     .secret = "testsecret",
     .method = "GET",
     .target = "/?Action=DescribeRegions&Format=XML&Version=2014-05-26&SignatureMethod=HMAC-SHA1&"
               "SignatureVersion=1.0&AccessKeyId=testid&Timestamp=2016-02-23T12%3A46%3A24Z&"
               "SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&"
               "Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D",
     .body = "",
     .to_sign =
         "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod"
         "%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion"
         "%3D1.0%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26",
     .signature = "OLeaidS1JvxuMvnyHOwuJ+uX5qY="},
    {.title = "SubmitMediaConvertJob by GET",
     .key_id = "testAccessKeyId",
     .secret = "testAccessKeySecret",
     .method = "GET",
     .target = "/?Action=SubmitMediaConvertJob&" SUBMIT "&Signature=TuejpKe7QNdtd0lP7FsNTtHzFUo%3D",
     .body = "",
     .to_sign = "GET" SUBMIT_TO_SIGN,
     .signature = "TuejpKe7QNdtd0lP7FsNTtHzFUo="},
    {.title = "SubmitMediaConvertJob by POST, in a form body",
     .key_id = "testAccessKeyId",
     .secret = "testAccessKeySecret",
     .method = "POST",
     .target = "/",
     .body = "Action=SubmitMediaConvertJob&" SUBMIT "&Signature=eaQeHjApCvKsmPDoMAZ%2FOSgWsmc%3D",
     .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
     .to_sign = "POST" SUBMIT_TO_SIGN,
     .signature = "eaQeHjApCvKsmPDoMAZ/OSgWsmc="},
    {.title = "the same, split over query and form",
     .key_id = "testAccessKeyId",
     .secret = "testAccessKeySecret",
     .method = "POST",
     .target = "/?Action=SubmitMediaConvertJob",
     .body = SUBMIT "&Signature=eaQeHjApCvKsmPDoMAZ%2FOSgWsmc%3D",
     .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
     .to_sign = "POST" SUBMIT_TO_SIGN,
     .signature = "eaQeHjApCvKsmPDoMAZ/OSgWsmc="},
};
