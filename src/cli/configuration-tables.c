/* SPDX-License-Identifier: MIT */
/* The groups and keys of the configuration: see configuration.h. */
#include <stddef.h>

#include "cli/configuration.h"
#include "cli/kinds.h"
#include "net/guard.h"
#include "storage/bucket.h"

static const PmxField server_fields[] = {
    {"listen", PMX_FIELD_STRING, offsetof(PmxServerSettings, listen), PMX_FIELD_NON_EMPTY,
     "127.0.0.1:8080", .check = pmx_listen_check,
     .doc =
         "Address and port; port 0 takes any free one. Beyond this machine, set up TLS as well."},
    {"data", PMX_FIELD_STRING, offsetof(PmxServerSettings, data), PMX_FIELD_NON_EMPTY,
     .doc = "The data folder: database, buckets, credentials, artifacts. By default "
            "$STATE_DIRECTORY (which systemd sets), else polymux in $XDG_DATA_HOME or "
            "~/.local/share."},
    {"workers", PMX_FIELD_INT, offsetof(PmxServerSettings, workers), .fallback = "0", .min = 0,
     .max = 4096, .doc = "Cores to transcode with; 0: all."},
    {"memory", PMX_FIELD_TEXT, offsetof(PmxServerSettings, memory), .fallback = "0",
     .kind = &pmx_size_kind,
     .doc = "Memory for all encoders that run at once, about; 0: 512M a core."},
    {"tls-cert", PMX_FIELD_STRING, offsetof(PmxServerSettings, tls_cert), PMX_FIELD_NON_EMPTY,
     .doc = "File with the certificate and the chain behind it (PEM). With it the server speaks "
            "HTTPS only."},
    {"tls-key", PMX_FIELD_STRING, offsetof(PmxServerSettings, tls_key), PMX_FIELD_NON_EMPTY,
     .doc = "File with the certificate's private key (PEM)."},
    {"open-metrics", PMX_FIELD_BOOL, offsetof(PmxServerSettings, open_metrics), .fallback = "false",
     .doc = "Whether /metrics answers without a key."},
    {"threads", PMX_FIELD_INT, offsetof(PmxServerSettings, threads), .fallback = "0", .min = 0,
     .max = 256, .doc = "Threads that answer requests; 0: as many as suit the machine."},
    {"connections", PMX_FIELD_INT, offsetof(PmxServerSettings, connections), .fallback = "4096",
     .min = 16, .max = 65536, .doc = "Connections at once, at most."},
    {"files", PMX_FIELD_STRING, offsetof(PmxServerSettings, files), .check = pmx_folders_check,
     .doc = "Folders, with commas between them, below which file:// addresses in jobs may lead; "
            "without any, none may."},
    {0},
};

static const PmxObject server = {"server", sizeof(PmxServerSettings), server_fields,
                                 "How the server is reached and what it may use."};

static const PmxField artifacts_fields[] = {
    {"limit", PMX_FIELD_TEXT, offsetof(PmxArtifactsSettings, limit), .fallback = "20G",
     .kind = &pmx_size_kind,
     .doc = "How much finished work is kept for later jobs; what was not used for longest goes "
            "first; 0: no limit."},
    {"days", PMX_FIELD_INT, offsetof(PmxArtifactsSettings, days), .fallback = "30", .min = 0,
     .max = 36500, .doc = "Days after which work that no job has used goes; 0: never."},
    {"storage", PMX_FIELD_STRING, offsetof(PmxArtifactsSettings, storage), PMX_FIELD_NON_EMPTY,
     .doc = "Name of the [storage NAME] that keeps it as well, below polymux-artifacts/, so that "
            "machines which share it make nothing twice."},
    {0},
};

static const PmxObject artifacts = {
    "artifacts", sizeof(PmxArtifactsSettings), artifacts_fields,
    "Finished work that is kept, so that changed and repeated jobs do only what is new."};

static const PmxField jobs_fields[] = {
    {"days", PMX_FIELD_INT, offsetof(PmxJobsSettings, days), .fallback = "90", .min = 0,
     .max = 36500,
     .doc = "Days after which finished jobs are forgotten (their files stay); 0: never."},
    {"media-infos", PMX_FIELD_INT, offsetof(PmxJobsSettings, media_infos), .fallback = "2",
     .min = 1, .max = 64, .doc = "Media info jobs at once."},
    {"storage-patience", PMX_FIELD_TEXT, offsetof(PmxJobsSettings, storage_patience),
     .fallback = "5m", .kind = &pmx_duration_kind,
     .doc = "How long a request to a storage or to the web is made again, with growing pauses, "
            "before what needs it fails; the first to each, when a job begins, for a minute at "
            "most."},
    {"storage-deadline", PMX_FIELD_TEXT, offsetof(PmxJobsSettings, storage_deadline),
     .fallback = "30m", .kind = &pmx_duration_kind,
     .doc = "How long a job may wait so in all; requests that fail after that are not made again. "
            "What several requests wait at once counts once."},
    {"input-cache", PMX_FIELD_TEXT, offsetof(PmxJobsSettings, input_cache), .fallback = "4G",
     .kind = &pmx_size_kind,
     .doc = "How much of inputs that are far away is kept on the disk while jobs read them, since "
            "a job's tasks read a film several times; 0: what little is kept is in memory."},
    {0},
};

static const PmxObject jobs = {"jobs", sizeof(PmxJobsSettings), jobs_fields, "Jobs."};

static const PmxField network_fields[] = {
    {"allow-hosts", PMX_FIELD_STRING, offsetof(PmxNetworkSettings, allow_hosts),
     .check = pmx_guard_check,
     .doc = "Hosts that are not for the public, and that addresses in jobs and callbacks may lead "
            "to all the same: names (intra.example.com, *.example.com for all below it), addresses "
            "and networks (10.0.0.0/8, fd00::/8), with commas between them, each with :PORT behind "
            "it or for every port. Everything else that is loopback, private, link-local or "
            "reserved is refused, whatever name leads there."},
    {0},
};

static const PmxObject network = {"network", sizeof(PmxNetworkSettings), network_fields,
                                  "Where the server goes for others."};

static const PmxField events_fields[] = {
    {"user-id", PMX_FIELD_INT, offsetof(PmxEventsSettings, user_id), .fallback = "0", .min = 0,
     .max = 9007199254740991, .doc = "UserId in every event."},
    {"timeout", PMX_FIELD_TEXT, offsetof(PmxEventsSettings, timeout), .fallback = "10s",
     .kind = &pmx_duration_kind, .doc = "How long a receiver may take to answer."},
    {"first-pause", PMX_FIELD_TEXT, offsetof(PmxEventsSettings, first_pause), .fallback = "1s",
     .kind = &pmx_duration_kind,
     .doc = "Pause after the first failure; it doubles with each further one, up to an hour."},
    {"give-up", PMX_FIELD_TEXT, offsetof(PmxEventsSettings, give_up), .fallback = "24h",
     .kind = &pmx_duration_kind,
     .doc = "When an event that cannot be delivered is put aside (polymux events --dead)."},
    {"at-once", PMX_FIELD_INT, offsetof(PmxEventsSettings, at_once), .fallback = "64", .min = 1,
     .max = 1024, .doc = "Deliveries at once, to all receivers together."},
    {"at-once-receiver", PMX_FIELD_INT, offsetof(PmxEventsSettings, at_once_receiver),
     .fallback = "8", .min = 1, .max = 1024, .doc = "Deliveries at once to one receiver."},
    {0},
};

static const PmxObject events = {"events", sizeof(PmxEventsSettings), events_fields,
                                 "Events that go out to HTTP receivers and MNS queues."};

static const PmxField mns_fields[] = {
    {"endpoint", PMX_FIELD_STRING, offsetof(PmxMnsSettings, endpoint), PMX_FIELD_NON_EMPTY,
     .doc = "Where MNS is, such as https://ACCOUNT.mns.REGION.aliyuncs.com; without it, events "
            "can go to HTTP receivers only. One on a private network needs allow-hosts."},
    {"key-id", PMX_FIELD_STRING, offsetof(PmxMnsSettings, key_id), PMX_FIELD_NON_EMPTY,
     .doc = "Access key id for MNS."},
    {"key-secret", PMX_FIELD_STRING, offsetof(PmxMnsSettings, key_secret), PMX_FIELD_NON_EMPTY,
     .doc = "Its secret. Better kept in key-secret-file or in the environment."},
    {"key-secret-file", PMX_FIELD_STRING, offsetof(PmxMnsSettings, key_secret_file),
     PMX_FIELD_NON_EMPTY, .doc = "File with the secret on its first line."},
    {0},
};

static const PmxObject mns = {"mns", sizeof(PmxMnsSettings), mns_fields,
                              "Alibaba Cloud's message queues, as receivers of events."};

const char *const pmx_storage_type_names[] = {
    [PMX_BUCKET_S3] = "s3", [PMX_BUCKET_OSS] = "oss", [PMX_BUCKET_FOLDER] = "folder", NULL};

static const char *const signatures[] = {"4", "1", NULL};

#define AT(member) offsetof(PmxStorageSettings, member)

static const PmxField storage_fields[] = {
    {"type", PMX_FIELD_ENUM, AT(type), PMX_FIELD_REQUIRED, .choices = pmx_storage_type_names,
     .doc = "What it is: Alibaba Cloud's OSS, anything that speaks S3, or a folder."},
    {"bucket", PMX_FIELD_STRING, AT(bucket), PMX_FIELD_NON_EMPTY,
     .doc = "The bucket's name, as in oss://BUCKET/KEY or s3://BUCKET/KEY; * for every bucket "
            "that no other group names. By default the group's name."},
    {"endpoint", PMX_FIELD_STRING, AT(endpoint), PMX_FIELD_NON_EMPTY, .check = pmx_endpoint_check,
     .doc = "Where it is: oss-cn-hangzhou.aliyuncs.com, s3.us-east-1.amazonaws.com, "
            "http://127.0.0.1:9000. Spoken to with TLS unless it begins with http://."},
    {"region", PMX_FIELD_STRING, AT(region), PMX_FIELD_NON_EMPTY,
     .doc = "The region that signatures name. By default what the endpoint says, and us-east-1 "
            "for S3."},
    {"access-key-id", PMX_FIELD_STRING, AT(key_id), PMX_FIELD_NON_EMPTY, .doc = "Access key id."},
    {"access-key-id-file", PMX_FIELD_STRING, AT(key_id_file), PMX_FIELD_NON_EMPTY,
     .doc = "Instead: a file with it on the first line."},
    {"access-key-secret", PMX_FIELD_STRING, AT(key_secret), PMX_FIELD_NON_EMPTY | PMX_FIELD_HIDDEN,
     .doc = "Its secret. Better kept in access-key-secret-file or in the environment."},
    {"access-key-secret-file", PMX_FIELD_STRING, AT(key_secret_file), PMX_FIELD_NON_EMPTY,
     .doc = "File with the secret on its first line."},
    {"security-token", PMX_FIELD_STRING, AT(token), PMX_FIELD_NON_EMPTY | PMX_FIELD_HIDDEN,
     .doc = "Token of temporary keys (STS)."},
    {"security-token-file", PMX_FIELD_STRING, AT(token_file), PMX_FIELD_NON_EMPTY,
     .doc = "Instead: a file with it on the first line."},
    {"path-style", PMX_FIELD_BOOL, AT(path_style), .fallback = "false",
     .doc = "Whether the bucket stands in the path and not in the host name, as most S3 servers "
            "of one's own want it. Always so where the endpoint is an IP address."},
    {"prefix", PMX_FIELD_STRING, AT(prefix), .check = pmx_prefix_check,
     .doc = "Put before every key, such as polymux/, so that nothing else in the bucket is read "
            "or written."},
    {"signature", PMX_FIELD_ENUM, AT(signature), .fallback = "4", .choices = signatures,
     .doc = "Version of OSS's signatures."},
    {"acl", PMX_FIELD_STRING, AT(acl), PMX_FIELD_NON_EMPTY,
     .doc = "Access list of what is written, such as private or public-read; by default the "
            "bucket's."},
    {"storage-class", PMX_FIELD_STRING, AT(storage_class), PMX_FIELD_NON_EMPTY,
     .doc = "Storage class of what is written, such as IA or STANDARD_IA; by default the "
            "bucket's."},
    {"path", PMX_FIELD_STRING, AT(path), PMX_FIELD_NON_EMPTY, .doc = "Of a folder: where it is."},
    {"default", PMX_FIELD_BOOL, AT(is_default), .fallback = "false",
     .doc = "Whether it is the default storage, as long as SetDefaultStorageLocation has named no "
            "other."},
    {0},
};
#undef AT

static const PmxObject storage = {
    "storage", sizeof(PmxStorageSettings), storage_fields,
    "A storage: what oss://, s3:// and https:// addresses of its bucket lead to. There may be any "
    "number, each under a name of its own (a-z, 0-9 and -). The variables are "
    "POLYMUX_STORAGE_NAME_ACCESS_KEY_ID and so on."};

const PmxConfigurationGroup pmx_configuration_groups[] = {
    {&server, offsetof(PmxConfiguration, server)},
    {&artifacts, offsetof(PmxConfiguration, artifacts)},
    {&jobs, offsetof(PmxConfiguration, jobs)},
    {&network, offsetof(PmxConfiguration, network)},
    {&events, offsetof(PmxConfiguration, events)},
    {&mns, offsetof(PmxConfiguration, mns)},
    {&storage, offsetof(PmxConfiguration, storages), "media"},
    {0},
};
