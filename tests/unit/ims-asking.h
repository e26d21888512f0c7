/* SPDX-License-Identifier: MIT */
/* Signed requests to the IMS front, and what it answers. For tests only. */
#pragma once

#include "api/ims/front.h"
#include "base/percent.h"

#include "ims-exchange.h"
#include "ims-service.h"

#define ASKING_NOW "2026-01-02T03:04:05Z"

typedef struct {
    PmxService *service;
    PmxAccess *access;
    guint nonces;
    /* the last answer */
    guint status;
    json_t *answer;
    char *allow, *retry_after, *request_header;
} Asking;

static inline gint64 asking_clock(G_GNUC_UNUSED gpointer data)
{
    gint64 now = 0;
    g_assert_true(pmx_moment_parse(ASKING_NOW, &now));
    return now;
}

static inline void asking_begin(Asking *asking)
{
    PmxKeyPair pair = {(char *)"default", (char *)"testid", (char *)"testsecret"};
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    g_ptr_array_add(pairs, &pair);
    const PmxCredentials credentials = {pairs};
    *asking = (Asking){.service = fake_service_new(), .access = pmx_access_new(&credentials)};
    pmx_access_set_clock(asking->access, asking_clock, NULL);
}

static inline void asking_forget(Asking *asking)
{
    g_clear_pointer(&asking->answer, json_decref);
    g_clear_pointer(&asking->allow, g_free);
    g_clear_pointer(&asking->retry_after, g_free);
    g_clear_pointer(&asking->request_header, g_free);
}

static inline void asking_end(Asking *asking)
{
    asking_forget(asking);
    pmx_access_free(asking->access);
    fake_service_free(asking->service);
}

/* Hands the exchange to the front and keeps what it answers. */
static inline void asking_send(Asking *asking, PmxExchange *exchange)
{
    json_error_t error;
    asking_forget(asking);
    pmx_ims_handle(exchange, asking->service, asking->access);
    g_assert_cmpuint(exchange->answers, ==, 1);
    g_assert_true(g_str_has_prefix(exchange->type, "application/json"));
    asking->status = exchange->status;
    asking->answer = json_loads(exchange->text, JSON_REJECT_DUPLICATES, &error);
    g_assert_nonnull(asking->answer);
    asking->allow = g_strdup(g_hash_table_lookup(exchange->told, "Allow"));
    asking->retry_after = g_strdup(g_hash_table_lookup(exchange->told, "x-acs-retry-after"));
    asking->request_header = g_strdup(g_hash_table_lookup(exchange->told, "x-acs-request-id"));
}

/* Signs V2 what stands in query and form, both as on the wire; the signature's own parameters go
 * into the query. */
static inline char *asking_sign(Asking *asking, const char *method, const char *query,
                                const char *form)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    char *text = g_strdup_printf("AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0"
                                 "&Timestamp=" ASKING_NOW "&SignatureNonce=n%u&%s",
                                 asking->nonces++, query);
    g_autoptr(PmxParameters) all = pmx_parameters_parse(text, strlen(text), problems);
    g_autoptr(PmxParameters) more = pmx_parameters_parse(form, strlen(form), problems);
    pmx_parameters_merge(all, more, problems);
    g_autofree char *to_sign = pmx_rpc_to_sign(method, all, PMX_TEXT_SIGNED);
    g_autofree char *signature = pmx_rpc_sign(to_sign, "testsecret");
    g_autofree char *encoded = pmx_percent_encode(signature);
    char *whole = g_strconcat(text, "&Signature=", encoded, NULL);
    g_free(text);
    return whole;
}

/* A request with a query and a form body, as on the wire, both without what belongs to the
 * signature. */
static inline void asking_ask(Asking *asking, const char *method, const char *query,
                              const char *form)
{
    PmxExchange exchange;
    exchange_init(&exchange);
    g_autofree char *whole = asking_sign(asking, method, query, form);
    exchange.method = method;
    exchange.query = whole;
    if (*form)
        exchange_set_form(&exchange, form);
    asking_send(asking, &exchange);
    exchange_clear(&exchange);
}

/* An action with its parameters in the query, "" or "A=1&B=2". */
static inline void asking_act(Asking *asking, const char *action, const char *parameters)
{
    g_autofree char *query = g_strdup_printf("Action=%s&Version=2020-11-09&Format=JSON%s%s", action,
                                             *parameters ? "&" : "", parameters);
    asking_ask(asking, "POST", query, "");
}

static inline const char *asking_text(const Asking *asking, const char *key)
{
    return json_string_value(json_object_get(asking->answer, key));
}
