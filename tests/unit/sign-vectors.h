/* SPDX-License-Identifier: MIT */
/*
 * Requests to object storages and their signatures, as other clients make them. For tests only.
 *
 * S3: the examples of "Authenticating Requests: Using the Authorization Header" (docs.aws.amazon.com),
 * then requests signed with botocore 1.29.27. OSS: requests signed with ali-oss 6.23.0. The targets of
 * odd keys are Python's urllib.parse.quote(key, safe="/-._~").
 */
#pragma once

#include "storage/sign.h"

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MAY_2013 G_GINT64_CONSTANT(1369353600000)     /* 2013-05-24T00:00:00Z */
#define JANUARY_2026 G_GINT64_CONSTANT(1767323045000) /* 2026-01-02T03:04:05Z */

enum { MOST_PAIRS = 6 };

/* --- S3 --- */

static const PmxSignKeys aws_example = {
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL, "us-east-1"};
static const PmxSignKeys aws_token = {"AKIAIOSFODNN7EXAMPLE",
                                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                      "AQoDYXdzEJr//STS+token==", "eu-central-1"};
static const PmxSignKeys swift = {"test:tester", "testing", NULL, "us-east-1"};

typedef struct {
    const char *name;
    const PmxSignKeys *keys;
    const char *method, *host, *bucket, *key;
    gboolean path_style;
    PmxPair query[MOST_PAIRS], headers[MOST_PAIRS];
    const char *sha256;
    gint64 moment;
    const char *target, *names, *signature;
} AwsVector;

#define AWS_HOST "examplebucket.s3.amazonaws.com"
#define SWIFT_READ                                                                                 \
    .keys = &swift, .method = "GET", .host = "127.0.0.1:8080", .bucket = "my-bucket",              \
    .path_style = TRUE, .moment = JANUARY_2026,                                                    \
    .headers = {{"Range", "bytes=0-1023"}, {"If-Match", "\"5d41402abc4b2a76b9719d911017c592\""}},  \
    .names = "host;if-match;range;x-amz-content-sha256;x-amz-date"

static const AwsVector aws_vectors[] = {
    {.name = "get-range",
     .keys = &aws_example,
     .method = "GET",
     .host = AWS_HOST,
     .bucket = "examplebucket",
     .key = "test.txt",
     .headers = {{"Range", "bytes=0-9"}},
     .sha256 = EMPTY_SHA256,
     .moment = MAY_2013,
     .target = "/test.txt",
     .names = "host;range;x-amz-content-sha256;x-amz-date",
     .signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {.name = "put",
     .keys = &aws_example,
     .method = "PUT",
     .host = AWS_HOST,
     .bucket = "examplebucket",
     .key = "test$file.text",
     .headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                 {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
     .sha256 = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
     .moment = MAY_2013,
     .target = "/test%24file.text",
     .names = "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     .signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {.name = "lifecycle",
     .keys = &aws_example,
     .method = "GET",
     .host = AWS_HOST,
     .bucket = "examplebucket",
     .query = {{"lifecycle", ""}},
     .sha256 = EMPTY_SHA256,
     .moment = MAY_2013,
     .target = "/?lifecycle=",
     .names = "host;x-amz-content-sha256;x-amz-date",
     .signature = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {.name = "list",
     .keys = &aws_example,
     .method = "GET",
     .host = AWS_HOST,
     .bucket = "examplebucket",
     .query = {{"prefix", "J"}, {"max-keys", "2"}},
     .sha256 = EMPTY_SHA256,
     .moment = MAY_2013,
     .target = "/?max-keys=2&prefix=J",
     .names = "host;x-amz-content-sha256;x-amz-date",
     .signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    {.name = "key-marks",
     SWIFT_READ,
     .key = "in dir/文件 (1)*~'!+.mp4",
     .target = "/my-bucket/in%20dir/%E6%96%87%E4%BB%B6%20%281%29%2A~%27%21%2B.mp4",
     .signature = "0806acd6bbe24ca7e641b9f77a0c9eed868477589d1a8ebdadebc3b82e7913bd"},
    {.name = "key-percent",
     SWIFT_READ,
     .key = "50%25 off/100%.mp4",
     .target = "/my-bucket/50%2525%20off/100%25.mp4",
     .signature = "8a1e3b4950c4492d10292a1fdb8f1a5202ed2df29a131dc4591dfa060808347b"},
    {.name = "key-emoji",
     SWIFT_READ,
     .key = "😀/a b+c&d=e;f?g#h.mp4",
     .target = "/my-bucket/%F0%9F%98%80/a%20b%2Bc%26d%3De%3Bf%3Fg%23h.mp4",
     .signature = "9ad83c003e4751015c5d3c6b5d5edf33a7b988a61bf12e9ac1a9d75c5e3c71df"},
    {.name = "key-slashes",
     SWIFT_READ,
     .key = "a//b/ c ",
     .target = "/my-bucket/a//b/%20c%20",
     .signature = "4d018205ed9a634304b9a871c3efd96f7ec8411b1bf9a8bea2c3613e9ef759d3"},
    {.name = "token",
     .keys = &aws_token,
     .method = "PUT",
     .host = "my-bucket.s3.eu-central-1.amazonaws.com",
     .bucket = "my-bucket",
     .key = "a/b.mp4",
     .headers = {{"Content-Type", "video/mp4"},
                 {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="},
                 {"x-amz-acl", "private"}},
     .moment = JANUARY_2026,
     .target = "/a/b.mp4",
     .names = "content-md5;content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date;"
              "x-amz-security-token",
     .signature = "25b5a7fa523dda9033a93873a6f1dadc3fd25072a72df5fea8f71d1dee0fee25"},
    {.name = "list-odd",
     .keys = &aws_example,
     .method = "GET",
     .host = "my-bucket.s3.amazonaws.com",
     .bucket = "my-bucket",
     .query = {{"prefix", "文件 (1)/+&="},
               {"list-type", "2"},
               {"continuation-token", "a/b+c=="},
               {"encoding-type", "url"}},
     .moment = JANUARY_2026,
     .target = "/?continuation-token=a%2Fb%2Bc%3D%3D&encoding-type=url&list-type=2"
               "&prefix=%E6%96%87%E4%BB%B6%20%281%29%2F%2B%26%3D",
     .names = "host;x-amz-content-sha256;x-amz-date",
     .signature = "9499d900e4babe1b85bf54926d363107d2e3f310eab2e7630e302ed5166442b2"},
    {.name = "begin-multipart",
     .keys = &aws_example,
     .method = "POST",
     .host = "my-bucket.s3.amazonaws.com",
     .bucket = "my-bucket",
     .key = "a/b.mp4",
     .query = {{"uploads", ""}},
     .headers = {{"Content-Type", "video/mp4"}},
     .moment = JANUARY_2026,
     .target = "/a/b.mp4?uploads=",
     .names = "content-type;host;x-amz-content-sha256;x-amz-date",
     .signature = "5a8e49b75dcbb35ecf22ac1eb68c30ce8414dcf9452702b6a44dedfa8dba022b"},
};

/* --- OSS: each request in both of its signatures --- */

#define OSS_HOST "examplebucket.oss-cn-hangzhou.aliyuncs.com"

static const PmxSignKeys oss_keys = {"testAccessKeyId", "testAccessKeySecret", NULL, "cn-hangzhou"};
static const PmxSignKeys oss_token = {"testAccessKeyId", "testAccessKeySecret",
                                      "CAIS+token/==", "cn-hangzhou"};

typedef struct {
    const char *name;
    const PmxSignKeys *keys;
    const char *method, *key;
    PmxPair query[MOST_PAIRS], headers[MOST_PAIRS];
    const char *target, *signature1, *signature4;
} OssVector;

#define VIDEO                                                                                      \
    {                                                                                              \
        "Content-Type", "video/mp4"                                                                \
    }
#define OSS_READ                                                                                   \
    .keys = &oss_token, .method = "GET",                                                           \
    .headers = {{"Range", "bytes=0-1023"}, {"x-oss-range-behavior", "standard"}}

static const OssVector oss_vectors[] = {
    {"get-range", &oss_keys, "GET", "in dir/文件+(1)*.mp4",
     .headers = {{"Range", "bytes=0-1023"}, VIDEO},
     .target = "/in%20dir/%E6%96%87%E4%BB%B6%2B%281%29%2A.mp4",
     .signature1 = "jUnBJZM5g7E/Nk+M3eIOEkF7jwU=",
     .signature4 = "267fd0ba53cab3163381385b9b60ffad5b313bec16291d98577b415e44423f12"},
    {"put", &oss_keys, "PUT", "a/b.mp4",
     .headers = {VIDEO, {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}, {"Content-Length", "5"}},
     .target = "/a/b.mp4", .signature1 = "XL9njzkC8VG6ElInTMDlkm0p7js=",
     .signature4 = "237b3c0b0adec5acee6284df1610eb1521873ab4991b09d1c6af13c59d9e3996"},
    {"head", &oss_keys, "HEAD", "a/b.mp4", .headers = {VIDEO}, .target = "/a/b.mp4",
     .signature1 = "sxHGllVsG4dTgQhWTBQdP28yudM=",
     .signature4 = "ce4e2f66b06c66078d92001d12e0372595d01da4bdf3ac774b005ffcfb3143d7"},
    {"begin-multipart", &oss_keys, "POST", "a/b.mp4", .query = {{"uploads", ""}},
     .headers = {VIDEO}, .target = "/a/b.mp4?uploads", .signature1 = "//91m81hQc+Vl9nUItOfUbynmxI=",
     .signature4 = "26bd9a1ba470d34263dca2b7f4c2223a17cfbd08c6b1c996415a44e34c27aecb"},
    {"part", &oss_keys, "PUT", "a/b.mp4", .query = {{"uploadId", "UP1"}, {"partNumber", "1"}},
     .headers = {VIDEO, {"Content-Length", "5"}}, .target = "/a/b.mp4?partNumber=1&uploadId=UP1",
     .signature1 = "D6RJWsPmZXd9fTG+aqSydRNn4tc=",
     .signature4 = "d54f1f2995648289812eae89a292ef05856651402804421ce9e5d0762c41f2d8"},
    {"parts", &oss_keys, "GET", "a/b.mp4", .query = {{"uploadId", "UP1"}, {"max-parts", "100"}},
     .headers = {VIDEO}, .target = "/a/b.mp4?max-parts=100&uploadId=UP1",
     .signature1 = "f5FR8RpjAw4ePzlTX3hB1g6Wg1U=",
     .signature4 = "3bf8a0312816ae79866edca6f1a72573788cb836e4a7ae62372b1a4b9a09ea0c"},
    {"complete", &oss_keys, "POST", "a/b.mp4", .query = {{"uploadId", "UP1"}},
     .headers = {{"Content-Type", "application/xml"},
                 {"Content-MD5", "9+2cyno7fSCPz4kQrT9aXA=="},
                 {"Content-Length", "150"}},
     .target = "/a/b.mp4?uploadId=UP1", .signature1 = "I/veAVmlT+wA8S4kQjjTw/g9sqk=",
     .signature4 = "edf88771434e54956191ed38f89b6e48de06f8d20eea42a6cbeccd129a25244c"},
    {"abort", &oss_keys, "DELETE", "a/b.mp4", .query = {{"uploadId", "UP1"}}, .headers = {VIDEO},
     .target = "/a/b.mp4?uploadId=UP1", .signature1 = "le0AXLMwIPOw9FPV5fdBJj1lUh4=",
     .signature4 = "eece98530588548353ee6bd061c9a14c87ad5dc1ec5940843cca5657ddd80f0b"},
    {"list", &oss_keys, "GET", NULL,
     .query = {{"prefix", "文件 (1)/+&="},
               {"list-type", "2"},
               {"continuation-token", "a/b+c=="},
               {"encoding-type", "url"},
               {"max-keys", "1000"}},
     .target = "/?continuation-token=a%2Fb%2Bc%3D%3D&encoding-type=url&list-type=2&max-keys=1000"
               "&prefix=%E6%96%87%E4%BB%B6%20%281%29%2F%2B%26%3D",
     .signature1 = "2HFVYNw1tuilJ//HzR9xYV7KrWI=",
     .signature4 = "54beafeedd25dd6bdcb18c79a506c5e845ce6f13dbff6b7b4e3f6d8254dbebb0"},
    {"key-marks", OSS_READ, .key = "in dir/文件 (1)*~'!+.mp4",
     .target = "/in%20dir/%E6%96%87%E4%BB%B6%20%281%29%2A~%27%21%2B.mp4",
     .signature1 = "OIeFi6XzvxM+ug084Kvrruexg5M=",
     .signature4 = "71aeb5972b0ff5e02be2c9fd54ed04453a5b90aa1c491690ddba66645ba9db39"},
    {"key-percent", OSS_READ, .key = "50%25 off/100%.mp4", .target = "/50%2525%20off/100%25.mp4",
     .signature1 = "B6/clyGUmUpwUGncEg+Q9p4yAPI=",
     .signature4 = "bf6a00c818b67aee5972e251cf600586502c42a66b942f8a910fd11a29530d14"},
    {"key-emoji", OSS_READ, .key = "😀/a b+c&d=e;f?g#h.mp4",
     .target = "/%F0%9F%98%80/a%20b%2Bc%26d%3De%3Bf%3Fg%23h.mp4",
     .signature1 = "xLb2QrGTStT/z2LXteIcuB7+B7g=",
     .signature4 = "333814bd0193f138e0e5eef608dbb39fbe8a286c55cb12eb30c6f19ada19b0e4"},
    {"key-slashes", OSS_READ, .key = "a//b/ c", .target = "/a//b/%20c",
     .signature1 = "OdM6+t4RwphFHo4E3zWHAs86FI0=",
     .signature4 = "9e803405961608fe18c5cce0c73e194cfdfe3c3011b9d185b8e9acee9d8b2b5c"},
};

/* Links that are signed, to check the steps that headers do not take: an expiry for a date in the
 * first signature, headers named beyond the usual in the fourth. */
#define OSS_LINK_EXPIRES "1767326645"
#define OSS_LINK_SCOPE "testAccessKeyId/20260102/cn-hangzhou/oss/aliyun_v4_request"

typedef struct {
    const char *method;
    PmxPair headers[MOST_PAIRS]; /* that are signed */
    const char *names;           /* of those beyond the usual */
    const char *signature1, *signature4;
} OssLink;

static const OssLink oss_links[] = {
    {"GET", .names = "", .signature1 = "SYQ6XLJUnLmM4yQTlEpSNWdOyI0=",
     .signature4 = "415efdb840fa785b602d876caa5b64621b29376167e135ef70076589f0f94c42"},
    {"PUT",
     {VIDEO, {"host", OSS_HOST}},
     "host",
     .signature1 = "Y2Dpr/cuQAK+eRzghbZK/DCHE7M=",
     .signature4 = "5bde656bb54048b9e4403661ddabcd536cfa607ced80d462dd4dee64cc3bfa12"},
};
