/* SPDX-License-Identifier: MIT */
/* Errors of the IMS dialect: see error.h. */
#include "api/ims/error.h"

#include "base/text.h"

enum { PROBLEMS_TOLD = 100 };

/* The first that the code begins with counts. */
static const struct {
    const char *code;
    guint status;
    const char *recommend;
} rules[] = {
    {"InvalidParameter.ResourceNotFound", 404, "Check the id or address that the message names."},
    {"InvalidParameter", 400,
     "Correct what the message names; the API reference tells the values."},
    {"MissingParameter", 400,
     "Add what the message names; the API reference tells what is needed."},
    {"InvalidVersion", 400, "Send the API's version: 2020-11-09."},
    {"InvalidAction.NotFound", 404, "Check the action's name against the API reference."},
    {"InvalidPath.NotFound", 404, "Send actions to /."},
    {"InvalidAccessKeyId", 404, "Check the AccessKey ID against the server's credentials file."},
    {"SignatureNonceUsed", 400, "Sign every request, repeated ones too, with a nonce of its own."},
    {"InvalidTimeStamp", 400, "Set the client's clock; 15 minutes are allowed."},
    {"SignatureDoesNotMatch", 400,
     "Check the AccessKey secret, then compare the string to sign in the message with the "
     "client's."},
    {"IncompleteSignature", 400, "Sign all that the message names."},
    {"PermissionDenied", 403, "Check the server's rights on what the message names."},
    {"UnsupportedHTTPMethod", 405, "Use POST or GET."},
    {"MissingContentLength", 411, "Say how long the body is."},
    {"RequestBodyTooLarge", 413, "Send less."},
    {"RequestUriTooLong", 414, "Send the parameters in a form body."},
    {"RequestHeaderTooLarge", 431, "Send less in the headers."},
    {"Throttling", 429, "Wait, then try again."},
    {"ServiceUnavailable", 503, "Wait, then try again."},
    {"InternalError", 500, "Look for the RequestId in the server's log."},
};

static gsize rule_of(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_str_has_prefix(code, rules[i].code))
            return i;
    return 1;
}

guint pmx_ims_error_status(const char *code)
{
    return rules[rule_of(code)].status;
}

const char *pmx_ims_error_code(guint status)
{
    switch (status) {
    case 404:
        return "InvalidPath.NotFound";
    case 405:
        return "UnsupportedHTTPMethod";
    case 411:
        return "MissingContentLength";
    case 413:
        return "RequestBodyTooLarge";
    case 414:
        return "RequestUriTooLong";
    case 429:
        return "Throttling";
    case 431:
        return "RequestHeaderTooLarge";
    case 503:
        return "ServiceUnavailable";
    default:
        return status >= 500 ? "InternalError" : "InvalidParameter";
    }
}

char *pmx_ims_error_body(const char *request, const char *host, const char *code,
                         const char *message)
{
    json_t *error = json_pack("{s:s, s:o, s:s, s:o, s:s}", "RequestId", request, "HostId",
                              pmx_json_text(host), "Code", code, "Message", pmx_json_text(message),
                              "Recommend", rules[rule_of(code)].recommend);
    char *raw = json_dumps(error, JSON_COMPACT);
    char *body = g_strdup(raw);
    free(raw);
    json_decref(error);
    return body;
}

char *pmx_ims_problems_text(const PmxProblems *problems)
{
    GString *text = g_string_new(NULL);
    guint count = pmx_problems_count(problems);
    for (guint i = 0; i < count && i < PROBLEMS_TOLD; i++) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, i);
        g_string_append_printf(text, "%s%s%s%s", i > 0 ? "\n" : "", problem->path,
                               *problem->path ? ": " : "", problem->message);
    }
    if (count > PROBLEMS_TOLD)
        g_string_append_printf(text, "\nand %u more", count - PROBLEMS_TOLD);
    return g_string_free(text, FALSE);
}

char *pmx_ims_request_id(void)
{
    g_autofree char *id = g_uuid_string_random();
    return g_ascii_strup(id, -1);
}
