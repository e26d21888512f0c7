/* SPDX-License-Identifier: MIT */
/*
 * What stands around the REST dialect, made of plain structs: exchanges that are filled in and read
 * by hand, a service that answers what it is told to, and access for one key. For tests only.
 */
#pragma once

#include "api/rest/rest.h"

/* "key:secret" */
#define GOOD_KEY "Basic a2V5OnNlY3JldA=="

struct PmxHttpStream {
    GMutex lock;
    GString *text;
    gboolean full;  /* refuses what is pushed */
    gboolean ended; /* by the owner; pushes after it end the test */
    void (*gone)(gpointer data);
    gpointer data;
};

struct PmxExchange {
    const char *method, *path, *query, *body;
    const char *headers[8][2]; /* name, value */
    /* the answer */
    guint status;
    char *type, *text;
    GHashTable *added; /* headers: name → value */
    gboolean later;
    PmxHttpStream *stream; /* stays after its end, until the exchange is freed */
};

PmxExchange *fake_exchange(const char *method, const char *target, const char *body);
void fake_exchange_free(PmxExchange *exchange);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxExchange, fake_exchange_free)
void fake_header(PmxExchange *exchange, const char *name, const char *value);
const char *fake_added(const PmxExchange *exchange, const char *name);
/* What was pushed so far; caller frees. */
char *fake_stream_text(PmxHttpStream *stream);

struct PmxWatch {
    PmxService *service;
    void (*event)(const PmxEventRecord *event, gpointer data);
    gpointer data;
};

struct PmxService {
    /* What goes wrong next: */
    gboolean fails;
    PmxCode code;
    const char *path;
    /* What the last call was given, in words. */
    char *told;
    GPtrArray *system, *custom; /* of PmxTemplateRecord * */
    GRecMutex lock;
    GPtrArray *watches; /* of PmxWatch * */
    const char *state_problem;
};

PmxService *fake_service(void);
void fake_service_free(PmxService *service);
/* Calls every watch; from any thread. */
void fake_emit(PmxService *service, gint64 seq, const char *type, const char *body);
guint fake_watches(PmxService *service);

/* A whole exchange with a key; caller frees. */
PmxExchange *fake_ask(PmxRest *rest, const char *method, const char *target, const char *body);
