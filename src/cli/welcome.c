/* SPDX-License-Identifier: MIT */
/* See welcome.h. */
#include "cli/welcome.h"

#include <stdlib.h>
#include <string.h>

/* Words in @…@ stand for what only a start knows. */
static const char first_lines[] =
    "This is the first start on @DATA@. An access key pair was made; it is shown this once\n"
    "and kept in @DATA@/credentials, which only you can read:\n"
    "\n"
    "    access key id      @ID@\n"
    "    access key secret  @SECRET@\n";

static const char logged_lines[] =
    "This is the first start on @DATA@. An access key pair was made. It is in the file\n"
    "@DATA@/credentials, and not here, because this output is kept by a log.\n";

static const char how_to_begin[] =
    "\n"
    "oss://NAME/KEY is the file @DATA@/buckets/NAME/KEY. With a film.mp4 in a bucket\n"
    "named media, this makes a file of it:\n"
    "\n"
    "    curl -u '@ID@:@SECRET@' @ENDPOINT@/v1/jobs -H 'Content-Type: application/json' -d '{\n"
    "      \"config\": {\n"
    "        \"Inputs\": [{\"Name\": \"film\", \"InputFile\": {\"Type\": \"OSS\", \"Media\": "
    "\"oss://media/film.mp4\"}}],\n"
    "        \"Outputs\": [{\"Name\": \"360P\", \"TemplateId\": \"Video-360P\",\n"
    "          \"OutputFile\": {\"Type\": \"OSS\", \"Media\": \"oss://media/film-360p.mp4\"}}]}}'\n"
    "\n"
    "    @COMMAND@ list --endpoint @ENDPOINT@ --credentials @DATA@/credentials\n"
    "\n"
    "Programs that use Alibaba Cloud's SDK change endpoint and keys. Node.js, after\n"
    "npm install @alicloud/openapi-core:\n"
    "\n"
    "    const { default: Client, $OpenApiUtil: { Config, Params, OpenApiRequest } } =\n"
    "      require('@alicloud/openapi-core');\n"
    "    const { RuntimeOptions } = require('@darabonba/typescript');\n"
    "    const client = new Client(new Config({ protocol: '@PROTOCOL@', endpoint: '@HOST@',\n"
    "      accessKeyId: '@ID@', accessKeySecret: '@SECRET@' }));\n"
    "    const call = (action, query) => client.callApi(new Params({ action, version: "
    "'2020-11-09',\n"
    "      protocol: '@PROTOCOL@', method: 'POST', authType: 'AK', style: 'RPC', pathname: '/',\n"
    "      reqBodyType: 'formData', bodyType: 'json' }), new OpenApiRequest({ query }),\n"
    "      new RuntimeOptions({}));\n"
    "    call('ListMediaConvertJobs', {}).then((answer) => console.log(answer.body));\n"
    "\n";

static void replace(GString *text, const char *word, const char *value)
{
    g_string_replace(text, word, value, 0);
}

/* A build that is not installed is not found by its name alone. */
static char *own_command(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *found = g_find_program_in_path("polymux");
    char *named = found ? realpath(found, NULL) : NULL;
    gboolean by_name = g_strcmp0(named, self) == 0;
    free(named);
    return by_name || !self ? g_strdup("polymux") : g_steal_pointer(&self);
}

static void fill(GString *text, const PmxWelcome *welcome)
{
    const char *host = strstr(welcome->endpoint, "://");
    g_autofree char *protocol =
        g_ascii_strup(welcome->endpoint, host ? host - welcome->endpoint : -1);
    g_autofree char *command = own_command();
    replace(text, "@COMMAND@", command);
    replace(text, "@DATA@", welcome->data);
    replace(text, "@ID@", welcome->to_log ? "KEY_ID" : welcome->pair->id);
    replace(text, "@SECRET@", welcome->to_log ? "KEY_SECRET" : welcome->pair->secret);
    replace(text, "@ENDPOINT@", welcome->endpoint);
    replace(text, "@HOST@", host ? host + 3 : welcome->endpoint);
    replace(text, "@PROTOCOL@", protocol);
}

void pmx_welcome_print(const PmxWelcome *welcome)
{
    g_autoptr(GString) text = g_string_new(welcome->to_log ? logged_lines : first_lines);
    g_string_append(text, how_to_begin);
    fill(text, welcome);
    g_print("%s", text->str);
}
