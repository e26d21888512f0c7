/* SPDX-License-Identifier: MIT */
/* Records as the IMS dialect shows them: spellings, types, and what is left out. */
#include <string.h>

#include "api/ims/views.h"
#include "plan/facts.h"

#include "single-quoted.h"

/* Takes `view`; `expected` in single quotes. Prints both when they differ. */
static void assert_view(json_t *view, const char *expected)
{
    json_t *wanted = json_of(expected);
    if (!json_equal(view, wanted)) {
        char *got = json_dumps(view, JSON_INDENT(1) | JSON_ENCODE_ANY | JSON_SORT_KEYS);
        char *want = json_dumps(wanted, JSON_INDENT(1) | JSON_ENCODE_ANY | JSON_SORT_KEYS);
        g_test_message("got %s\nwanted %s", got, want);
        free(got);
        free(want);
        g_test_fail();
    }
    json_decref(wanted);
    json_decref(view);
}

/* 2026-01-02T03:04:05.678Z */
enum { MILLIS = 678 };
static const gint64 moment = (gint64)1767323045 * 1000 + MILLIS;

/* --- facts --- */

/* A file with a picture, two sounds, a cover and what the video's headers do not tell. */
#define FILM                                                                                       \
    "{'format': 'mov,mp4,m4a,3gp,3g2,mj2', 'duration': 31.4, 'size': 3210987, 'bit_rate': 816543," \
    " 'streams': ["                                                                                \
    "  {'index': 0, 'id': 1, 'kind': 'video', 'codec': 'h264', 'codec_long': 'H.264 / AVC',"       \
    "   'tag': 828601953, 'profile': 'High', 'level': 31, 'language': 'und', 'decodable': true,"   \
    "   'time_base': '1/12800', 'start': 0, 'end': 401920, 'bit_rate': 663211, 'frames': 785,"     \
    "   'width': 960, 'height': 540, 'sar': '1', 'frame_rate': '30000/1001',"                      \
    "   'pix_fmt': 'yuv420p', 'reordering': 2, 'rotation': 90},"                                   \
    "  {'index': 1, 'id': 2, 'kind': 'audio', 'codec': 'aac', 'codec_long': 'AAC',"                \
    "   'tag': 1630826605, 'profile': 'LC', 'language': 'zho', 'decodable': true,"                 \
    "   'time_base': '1/48000', 'start': 1024, 'end': 1507200, 'bit_rate': 46000,"                 \
    "   'sample_rate': 48000, 'channels': 2, 'layout': 'stereo', 'sample_fmt': 'fltp'},"           \
    "  {'index': 2, 'id': 3, 'kind': 'audio', 'codec': 'mp2', 'tag': 15},"                         \
    "  {'index': 3, 'id': 4, 'kind': 'video', 'codec': 'mjpeg', 'cover': true}]}"

#define FILM_STREAMS                                                                               \
    " 'VideoStreamInfoList': [{'Index': '0', 'Codec_name': 'h264',"                                \
    "  'Codec_long_name': 'H.264 / AVC', 'Codec_tag': '0x31637661', 'Codec_tag_string': 'avc1',"   \
    "  'Profile': 'High', 'Level': '31', 'Width': '960', 'Height': '540', 'PixFmt': 'yuv420p',"    \
    "  'Fps': '29.97003', 'Avg_fps': '29.97003', 'Bit_rate': '663.211', 'Has_b_frames': '2',"      \
    "  'NumFrames': '785', 'Duration': '31.400000', 'Start_time': '0.000000',"                     \
    "  'Time_base': '1/12800', 'Sar': '1:1', 'Dar': '16:9', 'Rotate': '90', 'Lang': 'und'}],"      \
    " 'AudioStreamInfoList': [{'Index': '1', 'CodecName': 'aac', 'CodecLongName': 'AAC',"          \
    "  'CodecTag': '0x6134706d', 'CodecTagString': 'mp4a', 'Channels': '2',"                       \
    "  'ChannelLayout': 'stereo', 'SampleRate': '48000', 'SampleFmt': 'fltp',"                     \
    "  'Bitrate': '46.000', 'Duration': '31.378667', 'StartTime': '0.021333',"                     \
    "  'Timebase': '1/48000', 'Lang': 'zho'},"                                                     \
    "  {'Index': '2', 'CodecName': 'mp2', 'CodecTag': '0x000f',"                                   \
    "  'CodecTagString': '[15][0][0][0]'}]"

#define FILM_META(type)                                                                            \
    "{'FileBasicInfo': {'FileName': '360p.mp4', 'FileSize': '3210987', 'FileStatus': 'Normal',"    \
    " 'FileType': '" type "', 'FileUrl': 'oss://b/o/360p.mp4',"                                    \
    " 'FormatName': 'mov,mp4,m4a,3gp,3g2,mj2', 'Duration': '31.400000', 'Bitrate': '816.543',"     \
    " 'Width': '960', 'Height': '540'}," FILM_STREAMS "}"

static void test_media(void)
{
    json_t *facts = json_of(FILM);
    assert_view(pmx_ims_media_view(facts, "oss://b/o/360p.mp4", "transcode_file"),
                FILM_META("transcode_file"));
    json_decref(facts);
}

static void assert_strings(const json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;
    json_object_foreach ((json_t *)json, key, value) {
        if (json_is_array(value) || json_is_object(value))
            assert_strings(value);
        else
            g_assert_true(json_is_string(value));
    }
    json_array_foreach (json, i, value) {
        assert_strings(value);
    }
}

static void test_media_is_all_strings(void)
{
    json_t *facts = json_of(FILM);
    json_t *view = pmx_ims_media_view(facts, "a.mp4", "source_file");
    assert_strings(view);
    json_decref(view);
    json_decref(facts);
}

static void test_media_without_facts(void)
{
    json_t *bad = json_of("{'streams': 7}");
    g_assert_null(pmx_ims_media_view(NULL, "a.mp4", "source_file"));
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*facts*");
    g_assert_null(pmx_ims_media_view(bad, "a.mp4", "source_file"));
    g_test_assert_expected_messages();
    json_decref(bad);
}

static void test_rates(void)
{
    const char *const rates[][2] = {
        {"25", "25.0"}, {"60", "60.0"}, {"24000/1001", "23.976024"}, {"25/2", "12.5"}};
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        g_autofree char *text = g_strdup_printf(
            "{'streams': [{'index': 0, 'kind': 'video', 'frame_rate': '%s'}]}", rates[i][0]);
        json_t *facts = json_of(text);
        json_t *view = pmx_ims_media_view(facts, "a", "source_file");
        json_t *stream = json_array_get(json_object_get(view, "VideoStreamInfoList"), 0);
        g_assert_cmpstr(json_string_value(json_object_get(stream, "Fps")), ==, rates[i][1]);
        json_decref(view);
        json_decref(facts);
    }
}

/* --- jobs --- */

static void test_job_in_list(void)
{
    PmxJobRecord record = {.id = (char *)"0123456789abcdef0123456789abcdef",
                           .state = PMX_JOB_INITED,
                           .created = moment,
                           .pipeline = (char *)"default",
                           .request = (char *)"ID"};
    const PmxJobView job = {&record, NULL};
    assert_view(pmx_ims_job_view(&job),
                "{'JobId': '0123456789abcdef0123456789abcdef', 'State': 'Inited', 'Percent': 0,"
                " 'CreateTime': '2026-01-02T03:04:05Z', 'PipelineId': 'default',"
                " 'RequestId': 'ID'}");
}

static PmxPartRecord *add_part(GPtrArray *parts, PmxPartRecord part)
{
    part.created = moment;
    g_ptr_array_add(parts, g_memdup2(&part, sizeof part));
    return g_ptr_array_index(parts, parts->len - 1);
}

#define PART_TIMES "'CreateTime': '2026-01-02T03:04:05Z'"

static void test_job_with_parts(void)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    PmxJobRecord record = {.id = (char *)"j",
                           .name = (char *)"named in Config",
                           .state = PMX_JOB_COMPLETE,
                           .percent = 100,
                           .created = moment,
                           .finished = moment + 61000,
                           .pipeline = (char *)"p",
                           .request = (char *)"r",
                           .token = (char *)"t",
                           .user_data = (char *)"{\"a\":1}"};
    const PmxJobView job = {&record, parts};
    json_t *facts = json_of(FILM);
    add_part(parts, (PmxPartRecord){.id = (char *)"t0",
                                    .kind = PMX_PART_OUTPUT,
                                    .group = 0,
                                    .name = (char *)"360P",
                                    .state = PMX_PART_SUCCESS,
                                    .address = (char *)"oss://b/o/360p.mp4",
                                    .facts = facts,
                                    .finished = moment + 60000});
    add_part(parts, (PmxPartRecord){.id = (char *)"t1",
                                    .kind = PMX_PART_OUTPUT,
                                    .place = 1,
                                    .group = 1,
                                    .state = PMX_PART_FAILED,
                                    .code = (char *)"InvalidParameter.NoAudioStream",
                                    .message = (char *)"no sound"});
    add_part(parts, (PmxPartRecord){.id = (char *)"t2",
                                    .kind = PMX_PART_OUTPUT,
                                    .place = 2,
                                    .group = -1,
                                    .state = PMX_PART_SCHEDULED,
                                    .address = (char *)"oss://b/flat.mp4"});
    add_part(parts, (PmxPartRecord){.id = (char *)"g0",
                                    .kind = PMX_PART_GROUP,
                                    .group = -1,
                                    .name = (char *)"files",
                                    .state = PMX_PART_SUCCESS});
    add_part(parts, (PmxPartRecord){.id = (char *)"g1",
                                    .kind = PMX_PART_GROUP,
                                    .place = 1,
                                    .group = -1,
                                    .state = PMX_PART_SKIPPED});
    assert_view(
        pmx_ims_job_view(&job),
        "{'JobId': 'j', 'State': 'Complete', 'Percent': 100, " PART_TIMES
        ", 'FinishTime': '2026-01-02T03:05:06Z', 'PipelineId': 'p', 'RequestId': 'r',"
        " 'ClientToken': 't', 'UserData': '{\\'a\\':1}',"
        " 'OutputDetails': [{'TaskId': 't2', 'Status': 'Scheduled', " PART_TIMES "}],"
        " 'OutputGroupDetails': ["
        "  {'TaskId': 'g0', 'Name': 'files', 'Status': 'Success', " PART_TIMES ", 'Outputs': ["
        "   {'TaskId': 't0', 'Name': '360P', 'Status': 'Success', " PART_TIMES
        ",   'FinishTime': '2026-01-02T03:05:05Z', 'Result': {'OutputFile': {'Type': 'OSS',"
        "    'Media': 'oss://b/o/360p.mp4', 'Url': 'oss://b/o/360p.mp4'},"
        "    'OutFileMeta': " FILM_META(
            "transcode_file") "}}]},"
                              "  {'TaskId': 'g1', 'Status': 'Skipped', " PART_TIMES ", 'Outputs': ["
                              "   {'TaskId': 't1', 'Status': 'Failed', 'Code': 'InvalidParameter.NoAudioStream',"
                              "    'Message': 'no sound', " PART_TIMES "}]}]}");
    json_decref(facts);
}

static void test_config(void)
{
    json_t *config = json_of(
        "{'JobName': 'n', 'Inputs': [{'Name': 'v', 'InputFile': {'Type': 'OSS', 'Media': 'm'},"
        "  'AudioSelector': [{'Name': 's', 'Rule': 'tag', 'TagConfig': {'language': 'jpn'}}]}],"
        " 'OutputGroups': [{'GroupConfig': {'Type': 'File', 'OutputFileBase': {'Media': 'b/'}},"
        "  'Outputs': ["
        "   {'OutputFileName': 'a', 'OverrideParams': {'Video': {'Width': 640}}, 'Features': {},"
        "    'Priority': '9'},"
        "   {'OutputFile': 'hd.mp4', 'OverrideParams': '{ }', 'Features': null,"
        "    'Priority': 8.0}]}],"
        " 'Outputs': [{'OutputFile': {'Type': 'OSS', 'Media': 'x'}, 'Priority': 3}]}");
    json_t *before = json_deep_copy(config);
    assert_view(
        pmx_ims_config_view(config),
        "{'JobName': 'n', 'Inputs': [{'Name': 'v', 'InputFile': {'Type': 'OSS', 'Media': 'm'},"
        "  'AudioSelector': [{'Name': 's', 'Rule': 'tag', 'TagConfig': {'language': 'jpn'}}]}],"
        " 'OutputGroups': [{'GroupConfig': {'Type': 'File', 'OutputFileBase': {'Media': 'b/'}},"
        "  'Outputs': ["
        "   {'OutputFileName': 'a', 'OverrideParams': '{\\'Video\\':{\\'Width\\':640}}',"
        "    'Features': '{}', 'Priority': 9},"
        "   {'OutputFileName': 'hd.mp4', 'OverrideParams': '{ }', 'Priority': 8}]}],"
        " 'Outputs': [{'OutputFile': {'Type': 'OSS', 'Media': 'x'}, 'Priority': 3}]}");
    g_assert_true(json_equal(config, before));
    json_decref(before);
    json_decref(config);
}

/* --- templates --- */

static void test_templates(void)
{
    json_t *config = json_of("{'Container': {'Format': 'mp4'}}");
    const PmxTemplateRecord record = {(char *)"t", (char *)"n",   1,     3, TRUE,
                                      moment,      moment + 1000, config};
    assert_view(pmx_ims_custom_template_view(&record, PMX_IMS_SUBTYPE_NAME),
                "{'TemplateId': 't', 'TemplateName': 'n', 'Type': 1,"
                " 'TypeName': 'TranscodeTemplate', 'Subtype': 'Remux', 'Status': 'Normal',"
                " 'IsDefault': true, 'CreateTime': '2026-01-02T03:04:05Z',"
                " 'ModifiedTime': '2026-01-02T03:04:06Z',"
                " 'TemplateConfig': '{\\'Container\\':{\\'Format\\':\\'mp4\\'}}'}");
    assert_view(pmx_ims_custom_template_view(&record, PMX_IMS_SUBTYPE_NUMBER),
                "{'TemplateId': 't', 'TemplateName': 'n', 'Type': 1,"
                " 'TypeName': 'TranscodeTemplate', 'Subtype': 3, 'SubtypeName': 'Remux',"
                " 'Status': 'Normal', 'IsDefault': true, 'CreateTime': '2026-01-02T03:04:05Z',"
                " 'ModifiedTime': '2026-01-02T03:04:06Z',"
                " 'TemplateConfig': '{\\'Container\\':{\\'Format\\':\\'mp4\\'}}'}");
    assert_view(pmx_ims_system_template_view(&record),
                "{'TemplateId': 't', 'TemplateName': 'n', 'Type': 1,"
                " 'TypeName': 'TranscodeTemplate', 'Subtype': 3, 'SubtypeName': 'Remux',"
                " 'Status': 'Normal',"
                " 'TemplateConfig': '{\\'Container\\':{\\'Format\\':\\'mp4\\'}}'}");
    json_decref(config);
}

static void test_strange_template(void)
{
    const gint64 numbers[][2] = {{0, 0}, {-1, -1}, {1, 6}, {1, -1}, {7, 1}, {99, 99}};
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const PmxTemplateRecord record = {
            .id = (char *)"t", .type = numbers[i][0], .subtype = numbers[i][1]};
        json_t *view = pmx_ims_custom_template_view(&record, PMX_IMS_SUBTYPE_NUMBER);
        g_assert_null(json_object_get(view, "SubtypeName"));
        json_decref(view);
    }
}

/* --- the rest --- */

static void test_pipeline(void)
{
    const PmxPipelineRecord record = {(char *)"p",         (char *)"n", 1,     6,
                                      PMX_PIPELINE_PAUSED, moment,      moment};
    assert_view(pmx_ims_pipeline_view(&record),
                "{'PipelineId': 'p', 'Name': 'n', 'Speed': 'Boost', 'Priority': 6,"
                " 'Status': 'Paused', 'CreateTime': '2026-01-02T03:04:05Z',"
                " 'ModifiedTime': '2026-01-02T03:04:05Z'}");
}

static void test_callback(void)
{
    const PmxCallbackRecord none = {0};
    const PmxCallbackRecord http = {.type = (char *)"HTTP",
                                    .url = (char *)"http://h/",
                                    .events = (char *)"MediaConvertComplete",
                                    .auth = TRUE,
                                    .auth_key = (char *)"TestKey001"};
    const PmxCallbackRecord mns = {.type = (char *)"MNS", .queue = (char *)"ice-callback-q"};
    assert_view(pmx_ims_callback_view(&none), "{}");
    assert_view(pmx_ims_callback_view(&http),
                "{'CallbackType': 'HTTP', 'CallbackURL': 'http://h/',"
                " 'EventTypeList': 'MediaConvertComplete', 'AuthSwitch': 'on',"
                " 'AuthKey': 'TestKey001'}");
    assert_view(pmx_ims_callback_view(&mns),
                "{'CallbackType': 'MNS', 'CallbackQueueName': 'ice-callback-q',"
                " 'AuthSwitch': 'off'}");
}

static void test_storage(void)
{
    const PmxStorageRecord first = {(char *)"b", TRUE, moment}, second = {(char *)"c", FALSE, 0};
    assert_view(pmx_ims_storage_view(&first, "out/"),
                "{'StorageLocation': 'b', 'StorageType': 'user_oss_bucket', 'Path': 'out/',"
                " 'DefaultStorage': true, 'Status': 'Normal',"
                " 'CreationTime': '2026-01-02T03:04:05Z',"
                " 'ModifiedTime': '2026-01-02T03:04:05Z'}");
    assert_view(pmx_ims_storage_view(&second, "out/"),
                "{'StorageLocation': 'c', 'StorageType': 'user_oss_bucket', 'Path': '',"
                " 'DefaultStorage': false, 'Status': 'Normal'}");
}

static void test_media_info(void)
{
    json_t *facts = json_of(FILM);
    PmxMediaInfoRecord record = {.id = (char *)"i",
                                 .state = PMX_JOB_RUNNING,
                                 .name = (char *)"n",
                                 .user_data = (char *)"u",
                                 .input = (char *)"oss://b/o/360p.mp4",
                                 .created = moment};
    assert_view(pmx_ims_media_info_view(&record),
                "{'JobId': 'i', 'Name': 'n', 'Status': 'Init', 'UserData': 'u',"
                " 'Input': {'Type': 'OSS', 'Media': 'oss://b/o/360p.mp4'}, 'TriggerSource': 'API',"
                " 'SubmitTime': '2026-01-02T03:04:05Z'}");
    record.state = PMX_JOB_COMPLETE;
    record.facts = facts;
    record.finished = moment + 2000;
    assert_view(pmx_ims_media_info_view(&record),
                "{'JobId': 'i', 'Name': 'n', 'Status': 'Success', 'UserData': 'u',"
                " 'Input': {'Type': 'OSS', 'Media': 'oss://b/o/360p.mp4'}, 'TriggerSource': 'API',"
                " 'SubmitTime': '2026-01-02T03:04:05Z', 'FinishTime': '2026-01-02T03:04:07Z',"
                " 'MediaInfoProperty': " FILM_META("source_file") "}");
    record = (PmxMediaInfoRecord){.id = (char *)"i",
                                  .state = PMX_JOB_ERROR,
                                  .input = (char *)"x",
                                  .code = (char *)"C",
                                  .message = (char *)"M",
                                  .created = moment};
    assert_view(pmx_ims_media_info_view(&record),
                "{'JobId': 'i', 'Status': 'Fail', 'Code': 'C', 'Message': 'M',"
                " 'Input': {'Type': 'OSS', 'Media': 'x'}, 'TriggerSource': 'API',"
                " 'SubmitTime': '2026-01-02T03:04:05Z'}");
    json_decref(facts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ims-views/media", test_media);
    g_test_add_func("/ims-views/media-is-all-strings", test_media_is_all_strings);
    g_test_add_func("/ims-views/media-without-facts", test_media_without_facts);
    g_test_add_func("/ims-views/rates", test_rates);
    g_test_add_func("/ims-views/job-in-list", test_job_in_list);
    g_test_add_func("/ims-views/job-with-parts", test_job_with_parts);
    g_test_add_func("/ims-views/config", test_config);
    g_test_add_func("/ims-views/templates", test_templates);
    g_test_add_func("/ims-views/strange-template", test_strange_template);
    g_test_add_func("/ims-views/pipeline", test_pipeline);
    g_test_add_func("/ims-views/callback", test_callback);
    g_test_add_func("/ims-views/storage", test_storage);
    g_test_add_func("/ims-views/media-info", test_media_info);
    return g_test_run();
}
