/* SPDX-License-Identifier: MIT */
/* Each action of the IMS dialect: its parameters as the service gets them, its answer, and what it
 * says to mistakes. */
#include "ims-asking.h"

#include "single-quoted.h"

/* The answer, but for RequestId, is `expected` in single quotes. */
static void assert_answer(const Asking *asking, const char *expected)
{
    json_t *wanted = json_of(expected);
    json_t *got = json_copy(asking->answer);
    json_object_del(got, "RequestId");
    if (!json_equal(got, wanted)) {
        char *text = json_dumps(got, 0);
        g_test_message("got %s\nwanted %s", text, expected);
        free(text);
        g_test_fail();
    }
    g_assert_cmpuint(asking->status, ==, 200);
    json_decref(got);
    json_decref(wanted);
}

static void assert_called(const Asking *asking, const char *called, const char *a, const char *b,
                          const char *c)
{
    g_assert_cmpstr(asking->service->called, ==, called);
    g_assert_cmpstr(asking->service->texts[0], ==, a);
    g_assert_cmpstr(asking->service->texts[1], ==, b);
    g_assert_cmpstr(asking->service->texts[2], ==, c);
}

/* --- mistakes --- */

static const struct {
    const char *action, *parameters, *code, *message;
} mistakes[] = {
    {"SubmitMediaConvertJob", "", "MissingParameter", "Config: is required"},
    {"SubmitMediaConvertJob", "Config=", "InvalidParameter.EmptyValue", "Config: *"},
    {"SubmitMediaConvertJob", "Config=%7B%0A%22a%22:", "InvalidParameter",
     "Config: *line 2, column 4"},
    {"SubmitMediaConvertJob", "Config=%5B%5D", "InvalidParameter", "Config: *JSON object*"},
    {"SubmitMediaConvertJob", "Config=7", "InvalidParameter", "Config: *JSON object*"},
    {"SubmitMediaConvertJob", "Config=%7B%22a%22:1,%22a%22:2%7D", "InvalidParameter",
     "Config: *duplicate*line 1, column *"},
    {"SubmitMediaConvertJob", "Config=%7B%22a%22:%22%5Cu0000%22%7D", "InvalidParameter",
     "Config: *line 1, column *"},
    {"SubmitMediaConvertJob", "Config=%7B%22%ff%22:1%7D", "InvalidParameter", "Config: *UTF-8*"},
    {"SubmitMediaConvertJob",
     "Config=%7B%7D&ClientToken=12345678901234567890123456789012345678901234567890123456789012345",
     "InvalidParameter.OutOfRange", "ClientToken: *64*"},
    {"SubmitMediaConvertJob", "Config=%7B%7D&ClientToken=%C3%A4", "InvalidParameter",
     "ClientToken: *ASCII*"},
    {"SubmitMediaConvertJob", "Config=%7B%7D&PipelineID=x", "InvalidParameter",
     "PipelineID: *\"PipelineId\"?"},
    {"GetMediaConvertJob", "", "MissingParameter", "JobId: is required"},
    {"GetMediaConvertJob", "JobId=", "InvalidParameter.EmptyValue", "JobId: *"},
    {"ListMediaConvertJobs", "PageSize=0", "InvalidParameter.OutOfRange", "PageSize: *1 to 100*"},
    {"ListMediaConvertJobs", "PageSize=101", "InvalidParameter.OutOfRange", "PageSize: *1 to 100*"},
    {"ListMediaConvertJobs", "PageSize=ten", "InvalidParameter", "PageSize: *whole number*"},
    {"ListMediaConvertJobs", "Status=Success", "InvalidParameter",
     "Status: *Inited, Running, Complete, Error, Cancelled*"},
    {"ListMediaConvertJobs", "OrderBy=Name", "InvalidParameter", "OrderBy: *CreateTimeDesc*"},
    {"ListMediaConvertJobs", "StartOfCreateTime=yesterday", "InvalidParameter",
     "StartOfCreateTime: *"},
    {"ListMediaConvertJobs",
     "StartOfCreateTime=2026-01-02T00:00:00Z&EndOfCreateTime=2026-01-01T00:00:00Z",
     "InvalidParameter", "EndOfCreateTime: *before StartOfCreateTime"},
    {"ListMediaConvertJobs", "PageSize=0&Status=x&Foo=", "InvalidParameter",
     "Status: *\nPageSize: *\nFoo: is not a known key"},
    {"CancelMediaConvertJob", "", "MissingParameter", "JobId: is required"},
    {"SetEventCallback", "CallbackURL=http://h/", "MissingParameter", "CallbackType: is required"},
    {"SetEventCallback", "CallbackType=SMS", "InvalidParameter", "CallbackType: *HTTP, MNS*"},
    {"SetEventCallback", "CallbackType=HTTP&AuthSwitch=yes", "InvalidParameter", "AuthSwitch: *"},
    {"CreateCustomTemplate", "", "MissingParameter",
     "Name: is required\nType: is required\nTemplateConfig: is required"},
    {"CreateCustomTemplate", "Name=n&Type=10&TemplateConfig=%7B%7D", "InvalidParameter.OutOfRange",
     "Type: *"},
    {"CreateCustomTemplate", "Name=n&Type=1&TemplateConfig=%7B", "InvalidParameter",
     "TemplateConfig: *line 1*"},
    {"UpdateCustomTemplate", "TemplateId=t&TemplateConfig=x", "InvalidParameter",
     "TemplateConfig: *line 1*"},
    {"GetCustomTemplate", "", "MissingParameter", "TemplateId: *"},
    {"GetSystemTemplate", "TemplateId=S-9", "InvalidParameter.ResourceNotFound",
     "TemplateId: *\"S-9\" cannot be found"},
    {"ListCustomTemplates", "Type=1,x", "InvalidParameter", "Type: *numbers*"},
    {"ListCustomTemplates", "Type=63", "InvalidParameter", "Type: *numbers*"},
    {"ListSystemTemplates", "PageNumber=0", "InvalidParameter.OutOfRange", "PageNumber: *"},
    {"CreatePipeline", "Name=n&Priority=11", "InvalidParameter.OutOfRange", "Priority: *1 to 10*"},
    {"CreatePipeline", "Name=n&Speed=Slow", "InvalidParameter", "Speed: *NarrowBandHDV2*"},
    {"UpdatePipeline", "PipelineId=p&Status=Stopped", "InvalidParameter",
     "Status: *Active, Paused*"},
    {"GetStorageList", "StorageType=vod_oss_bucket", "InvalidParameter.NotSupported",
     "StorageType: *user_oss_bucket*"},
    {"SetDefaultStorageLocation", "", "MissingParameter", "Bucket: is required"},
    {"SubmitMediaInfoJob", "Input=%20", "MissingParameter", "Input: is required"},
    {"SubmitMediaInfoJob", "Input=%7B%7D", "MissingParameter", "Input.Media: is required"},
    {"SubmitMediaInfoJob", "Input=x", "InvalidParameter", "Input: *line 1*"},
    {"SubmitMediaInfoJob", "Input.Media=a&Input.Kind=b", "InvalidParameter", "Input.Kind: *"},
    {"SubmitMediaInfoJob", "Input=%7B%22Media%22:%22a%22%7D&Input.Media=a", "InvalidParameter",
     "Input.Media: *"},
    {"SubmitMediaInfoJob", "Input.Media=", "InvalidParameter.EmptyValue", "Input.Media: *"},
    {"GetEventCallback", "JobId=x", "InvalidParameter", "JobId: is not a known key"},
};

static void test_mistakes(void)
{
    Asking asking;
    asking_begin(&asking);
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        asking_act(&asking, mistakes[i].action, mistakes[i].parameters);
        const char *message = asking_text(&asking, "Message");
        if (g_strcmp0(asking_text(&asking, "Code"), mistakes[i].code) != 0 ||
            !g_pattern_match_simple(mistakes[i].message, message)) {
            g_test_message("%s %s: %s: %s", mistakes[i].action, mistakes[i].parameters,
                           asking_text(&asking, "Code"), message);
            g_test_fail();
        }
        g_assert_true(asking.status == 400 || asking.status == 404);
        g_assert_null(asking.service->called);
    }
    asking_end(&asking);
}

static char *nested(guint levels)
{
    GString *text = g_string_new("Config=%7B%22a%22:");
    for (guint i = 0; i < levels; i++)
        g_string_append(text, "%5B");
    for (guint i = 0; i < levels; i++)
        g_string_append(text, "%5D");
    g_string_append(text, "%7D");
    return g_string_free(text, FALSE);
}

static void test_nesting(void)
{
    Asking asking;
    asking_begin(&asking);
    g_autofree char *thousand = nested(1000), *many = nested(100000);
    asking_act(&asking, "SubmitMediaConvertJob", thousand);
    g_assert_cmpuint(asking.status, ==, 200);
    asking_act(&asking, "SubmitMediaConvertJob", many);
    g_assert_cmpuint(asking.status, ==, 400);
    g_assert_true(
        g_pattern_match_simple("Config: *depth*line 1*", asking_text(&asking, "Message")));
    asking_end(&asking);
}

static void test_too_many_parameters(void)
{
    Asking asking;
    asking_begin(&asking);
    g_autoptr(GString) query = g_string_new("JobId=j");
    for (int i = 0; i < 120; i++)
        g_string_append_printf(query, "&P%d=", i);
    asking_act(&asking, "GetMediaConvertJob", query->str);
    g_assert_cmpuint(asking.status, ==, 400);
    g_assert_cmpuint(strlen(asking_text(&asking, "Message")), <, 200);
    g_assert_null(asking.service->called);
    asking_end(&asking);
}

/* --- jobs --- */

static void test_submit(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "SubmitMediaConvertJob",
               "Config=%7B%22Inputs%22:%5B%5D%7D&PipelineId=p&ClientToken=t&UserData=a%3Db%26c");
    assert_answer(&asking, "{'Job': {'JobId': 'fresh', 'State': 'Inited', 'Percent': 0}}");
    assert_called(&asking, "submit", "p", "t", "a=b&c");
    g_assert_cmpstr(asking.service->texts[3], ==, asking_text(&asking, "RequestId"));
    json_t *config = json_of("{'Inputs': []}");
    g_assert_true(json_equal(config, asking.service->asked.config));
    json_decref(config);
    asking_act(&asking, "SubmitMediaConvertJob", "Config=%7B%7D&PipelineId=&ClientToken=");
    assert_called(&asking, "submit", NULL, NULL, NULL);
    asking_end(&asking);
}

static void test_get_and_cancel(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "GetMediaConvertJob", "JobId=j");
    assert_answer(&asking, "{'Job': {'JobId': 'j', 'State': 'Inited', 'Percent': 0}}");
    assert_called(&asking, "job", "j", NULL, NULL);
    asking_act(&asking, "CancelMediaConvertJob", "JobId=k");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "cancel", "k", NULL, NULL);
    asking_end(&asking);
}

static void test_list(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "ListMediaConvertJobs", "");
    assert_answer(&asking, "{'Jobs': [{'JobId': 'first', 'State': 'Inited', 'Percent': 0},"
                           " {'JobId': 'second', 'State': 'Inited', 'Percent': 0}],"
                           " 'NextPageToken': ''}");
    g_assert_cmpuint(asking.service->jobs.limit, ==, 20);
    g_assert_false(asking.service->jobs.oldest_first);
    g_assert_cmpint(asking.service->jobs.from, ==, 0);
    g_assert_cmpint(asking.service->jobs.to, ==, 0);
    asking_act(&asking, "ListMediaConvertJobs",
               "StartOfCreateTime=2026-01-02T03:04:05Z&EndOfCreateTime=2026-01-02T03:04:05Z"
               "&Status=complete&JobId=j&OrderBy=CreateTimeAsc&PageSize=2&NextPageToken=n");
    assert_called(&asking, "jobs", "Complete", "j", "n");
    g_assert_cmpstr(asking_text(&asking, "NextPageToken"), ==, "more");
    g_assert_true(asking.service->jobs.oldest_first);
    /* a job made within that second is meant too */
    g_assert_cmpint(asking.service->jobs.from, ==, asking_clock(NULL));
    g_assert_cmpint(asking.service->jobs.to, ==, asking_clock(NULL) + 999);
    asking_end(&asking);
}

/* --- callback --- */

static void test_callback(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "SetEventCallback",
               "CallbackType=http&CallbackURL=http%3A%2F%2Fh%2F&EventTypeList=A,B&AuthSwitch=on"
               "&AuthKey=TestKey001");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "set_callback", "HTTP", "http://h/", "A,B");
    g_assert_cmpstr(asking.service->texts[3], ==, "TestKey001");
    g_assert_cmpint(asking.service->numbers[0], ==, 1);
    asking_act(&asking, "SetEventCallback", "CallbackType=MNS&CallbackQueueName=ice-callback-q");
    assert_called(&asking, "set_callback", "MNS", NULL, NULL);
    g_assert_cmpint(asking.service->numbers[0], ==, 0);
    asking_act(&asking, "GetEventCallback", "");
    assert_answer(&asking, "{}");
    asking_end(&asking);
}

/* --- templates --- */

static void test_create_template(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "CreateCustomTemplate", "Name=n&Type=1&Subtype=3&TemplateConfig=%7B%7D");
    assert_answer(&asking, "{'CustomTemplate': {'TemplateId': 'fresh', 'Type': 1,"
                           " 'TypeName': 'TranscodeTemplate', 'Subtype': 'Remux',"
                           " 'Status': 'Normal', 'IsDefault': false}}");
    assert_called(&asking, "template_create", NULL, "n", NULL);
    g_assert_true(asking.service->config_given);
    const char *const defaults[][2] = {{"Type=1", "1"}, {"Type=2", "1"}, {"Type=3", "0"}};
    for (guint i = 0; i < G_N_ELEMENTS(defaults); i++) {
        g_autofree char *parameters =
            g_strconcat("Name=n&TemplateConfig=%7B%7D&", defaults[i][0], NULL);
        asking_act(&asking, "CreateCustomTemplate", parameters);
        g_assert_cmpint(asking.service->numbers[1], ==, atoi(defaults[i][1]));
    }
    asking_end(&asking);
}

static void test_change_template(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "UpdateCustomTemplate", "TemplateId=t&Name=n");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "template_update", "t", "n", NULL);
    g_assert_false(asking.service->config_given);
    asking_act(&asking, "UpdateCustomTemplate", "TemplateId=t&TemplateConfig=%7B%7D");
    assert_called(&asking, "template_update", "t", NULL, NULL);
    g_assert_true(asking.service->config_given);
    asking_act(&asking, "DeleteCustomTemplate", "TemplateId=t");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "template_delete", "t", NULL, NULL);
    asking_act(&asking, "SetDefaultCustomTemplate", "TemplateId=t");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "template_set_default", "t", NULL, NULL);
    asking_end(&asking);
}

static void test_get_template(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "GetCustomTemplate", "TemplateId=t");
    assert_answer(&asking, "{'CustomTemplate': {'TemplateId': 't', 'Type': 1,"
                           " 'TypeName': 'TranscodeTemplate', 'Subtype': 1,"
                           " 'SubtypeName': 'Normal', 'Status': 'Normal', 'IsDefault': false}}");
    asking_act(&asking, "GetCustomTemplate", "Type=1&Subtype=2");
    assert_answer(&asking,
                  "{'CustomTemplate': {'TemplateId': 'default', 'Type': 1,"
                  " 'TypeName': 'TranscodeTemplate', 'Subtype': 2,"
                  " 'SubtypeName': 'AudioTranscode', 'Status': 'Normal', 'IsDefault': false}}");
    asking_act(&asking, "GetSystemTemplate", "TemplateId=S-0");
    assert_answer(&asking, "{'SystemTemplate': {'TemplateId': 'S-0', 'TemplateName': 'Video-0P',"
                           " 'Type': 1, 'TypeName': 'TranscodeTemplate', 'Subtype': 1,"
                           " 'SubtypeName': 'Normal', 'Status': 'Normal',"
                           " 'TemplateConfig': '{}'}}");
    asking_end(&asking);
}

/* "a b c": the ids of the templates in the answer, and how many there are. */
static void assert_templates(const Asking *asking, const char *list, const char *ids, gint64 total)
{
    g_autoptr(GString) found = g_string_new(NULL);
    size_t i;
    json_t *view;
    json_array_foreach (json_object_get(asking->answer, list), i, view) {
        g_string_append_printf(found, "%s%s", i > 0 ? " " : "",
                               json_string_value(json_object_get(view, "TemplateId")));
    }
    g_assert_cmpstr(found->str, ==, ids);
    g_assert_cmpint(json_integer_value(json_object_get(asking->answer, "Total")), ==, total);
}

static void test_list_custom_templates(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "ListCustomTemplates", "");
    assert_templates(&asking, "CustomTemplateList", "one two three", 33);
    const PmxTemplateFilter *filter = &asking.service->templates;
    g_assert_cmpint(filter->type, ==, 0);
    g_assert_cmpuint(filter->offset, ==, 0);
    g_assert_cmpuint(filter->limit, ==, 20);
    g_assert_false(filter->oldest_first);
    asking_act(&asking, "ListCustomTemplates",
               "Type=2&Subtype=3&Name=n&TemplateId=t&OrderBy=CreationTime:Asc&PageNumber=3"
               "&PageSize=7");
    assert_called(&asking, "templates", "n", "t", NULL);
    g_assert_cmpint(filter->type, ==, 2);
    g_assert_cmpint(filter->subtype, ==, 3);
    g_assert_cmpuint(filter->offset, ==, 14);
    g_assert_cmpuint(filter->limit, ==, 7);
    g_assert_true(filter->oldest_first);
    asking_act(&asking, "ListCustomTemplates", "Type=1,%203&OrderBy=CreateTimeAsc");
    assert_templates(&asking, "CustomTemplateList", "one three", 2);
    g_assert_cmpint(filter->type, ==, 0);
    g_assert_true(filter->oldest_first);
    asking_act(&asking, "ListCustomTemplates", "Type=1,2,3&PageSize=2&PageNumber=2");
    assert_templates(&asking, "CustomTemplateList", "three", 3);
    g_assert_cmpuint(filter->offset, ==, 0);
    asking_end(&asking);
}

static void test_list_system_templates(void)
{
    const struct {
        const char *parameters, *ids;
        gint64 total;
    } rows[] = {
        {"", "S-0 S-1 S-2 S-3 S-4", 5},
        {"Type=1", "S-0 S-1 S-2 S-3", 4},
        {"Type=2,1", "S-0 S-1 S-2 S-3 S-4", 5},
        {"Type=6", "", 0},
        {"Subtype=2", "", 0},
        {"Name=video-3", "S-3", 1},
        {"TemplateId=S-2", "S-2", 1},
        {"PageSize=2&PageNumber=2", "S-2 S-3", 5},
        {"PageSize=2&PageNumber=3", "S-4", 5},
        {"PageNumber=1000000&PageSize=100", "", 5},
        {"Status=Invisible", "", 0},
        {"Status=All", "S-0 S-1 S-2 S-3 S-4", 5},
    };
    Asking asking;
    asking_begin(&asking);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        asking_act(&asking, "ListSystemTemplates", rows[i].parameters);
        assert_templates(&asking, "SystemTemplateList", rows[i].ids, rows[i].total);
    }
    asking_end(&asking);
}

/* --- pipelines --- */

#define PIPELINE(id, speed)                                                                        \
    "{'PipelineId': '" id "', 'Speed': '" speed "', 'Priority': 6, 'Status': 'Active'}"

static void test_pipelines(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "CreatePipeline", "Name=n&Speed=Boost&Priority=7");
    assert_answer(&asking, "{'Pipeline': " PIPELINE("fresh", "Standard") "}");
    assert_called(&asking, "pipeline_create", "n", "Boost", NULL);
    g_assert_cmpint(asking.service->numbers[0], ==, 7);
    asking_act(&asking, "CreatePipeline", "Name=n");
    assert_called(&asking, "pipeline_create", "n", "Standard", NULL);
    g_assert_cmpint(asking.service->numbers[0], ==, 6);
    asking_act(&asking, "UpdatePipeline", "PipelineId=p");
    assert_answer(&asking, "{'Pipeline': " PIPELINE("p", "Standard") "}");
    assert_called(&asking, "pipeline_update", "p", NULL, NULL);
    g_assert_cmpint(asking.service->numbers[0], ==, 0);
    asking_act(&asking, "UpdatePipeline", "PipelineId=p&Name=n&Status=Active&Priority=1");
    assert_called(&asking, "pipeline_update", "p", "n", "Active");
    g_assert_cmpint(asking.service->numbers[0], ==, 1);
    asking_act(&asking, "GetPipeline", "PipelineId=p");
    assert_answer(&asking, "{'Pipeline': " PIPELINE("p", "Standard") "}");
    asking_act(&asking, "ListPipelines", "");
    assert_answer(&asking, "{'PipelineList': [" PIPELINE("default", "Standard") ", " PIPELINE(
                               "fast", "Boost") "]}");
    asking_act(&asking, "ListPipelines", "Speed=Boost");
    assert_answer(&asking, "{'PipelineList': [" PIPELINE("fast", "Boost") "]}");
    asking_act(&asking, "DeletePipeline", "PipelineId=p");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "pipeline_delete", "p", NULL, NULL);
    asking_end(&asking);
}

/* --- storage, looks into media --- */

static void test_storage(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "GetStorageList", "StorageType=user_oss_bucket&Status=Normal");
    assert_answer(&asking, "{'StorageInfoList': [{'StorageLocation': 'films',"
                           " 'StorageType': 'user_oss_bucket', 'Path': 'out/',"
                           " 'DefaultStorage': true, 'Status': 'Normal'}]}");
    asking_act(&asking, "SetDefaultStorageLocation", "Bucket=films&Path=out/");
    assert_answer(&asking, "{'Success': true}");
    assert_called(&asking, "set_default_storage", "films", "out/", NULL);
    asking_act(&asking, "SetDefaultStorageLocation", "StorageType=user_oss_bucket&Bucket=films");
    assert_called(&asking, "set_default_storage", "films", "", NULL);
    asking_act(&asking, "GetDefaultStorageLocation", "");
    assert_answer(&asking, "{'StorageType': 'user_oss_bucket', 'Bucket': 'films', 'Path': 'out/',"
                           " 'Status': 'Normal'}");
    asking_end(&asking);
}

static void test_media_info(void)
{
    const char *const forms[] = {
        "Input=%7B%22Type%22:%22OSS%22,%22Media%22:%22oss://b/k%22%7D&Name=n&UserData=u"
        "&ScheduleConfig=%7B%22PipelineId%22:%22p%22%7D",
        "Input.Type=OSS&Input.Media=oss://b/k&Name=n&UserData=u&ScheduleConfig.Priority=5",
    };
    Asking asking;
    asking_begin(&asking);
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        asking_act(&asking, "SubmitMediaInfoJob", forms[i]);
        assert_answer(&asking, "{'MediaInfoJob': {'JobId': 'fresh', 'Status': 'Init',"
                               " 'Input': {'Type': 'OSS', 'Media': 'oss://b/k'},"
                               " 'TriggerSource': 'API'}}");
        assert_called(&asking, "media_info_submit", "oss://b/k", "n", "u");
    }
    asking_act(&asking, "GetMediaInfoJob", "JobId=i");
    assert_answer(&asking, "{'MediaInfoJob': {'JobId': 'i', 'Status': 'Init',"
                           " 'Input': {'Type': 'OSS', 'Media': 'a.mp4'},"
                           " 'TriggerSource': 'API'}}");
    asking_end(&asking);
}

/* No view of any action may look like an error to old clients. */
static void test_no_code_on_top(void)
{
    const char *const calls[][2] = {
        {"SubmitMediaConvertJob", "Config=%7B%7D"},
        {"GetMediaConvertJob", "JobId=j"},
        {"ListMediaConvertJobs", ""},
        {"GetEventCallback", ""},
        {"GetDefaultStorageLocation", ""},
        {"GetMediaInfoJob", "JobId=j"},
    };
    Asking asking;
    asking_begin(&asking);
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        asking_act(&asking, calls[i][0], calls[i][1]);
        g_assert_cmpuint(asking.status, ==, 200);
        g_assert_null(json_object_get(asking.answer, "Code"));
    }
    asking_end(&asking);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ims-actions/mistakes", test_mistakes);
    g_test_add_func("/ims-actions/nesting", test_nesting);
    g_test_add_func("/ims-actions/too-many-parameters", test_too_many_parameters);
    g_test_add_func("/ims-actions/submit", test_submit);
    g_test_add_func("/ims-actions/get-and-cancel", test_get_and_cancel);
    g_test_add_func("/ims-actions/list", test_list);
    g_test_add_func("/ims-actions/callback", test_callback);
    g_test_add_func("/ims-actions/create-template", test_create_template);
    g_test_add_func("/ims-actions/change-template", test_change_template);
    g_test_add_func("/ims-actions/get-template", test_get_template);
    g_test_add_func("/ims-actions/list-custom-templates", test_list_custom_templates);
    g_test_add_func("/ims-actions/list-system-templates", test_list_system_templates);
    g_test_add_func("/ims-actions/pipelines", test_pipelines);
    g_test_add_func("/ims-actions/storage", test_storage);
    g_test_add_func("/ims-actions/media-info", test_media_info);
    g_test_add_func("/ims-actions/no-code-on-top", test_no_code_on_top);
    return g_test_run();
}
