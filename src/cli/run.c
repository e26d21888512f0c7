/* SPDX-License-Identifier: MIT */
/* `polymux run`: job file in, media files out. */
#include <glib-unix.h>
#include <signal.h>

#include "base/errand.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/display.h"
#include "cli/places.h"
#include "cli/report.h"
#include "cli/session.h"
#include "exec/executor.h"
#include "exec/probe.h"
#include "exec/weight.h"

typedef struct {
    char *output, *config;
    int jobs;
    char *memory;
    gboolean json, no_cache;
} Options;

/* Ctrl-C and its relatives, from the first look into an input to the end. */
typedef struct {
    GCancellable *cancel;  /* cancelled with the first signal */
    PmxExecutor *executor; /* NULL while there is none */
    int signal;            /* that came; 0: none */
    guint watches[3];
} Interrupt;

static gboolean interrupted(Interrupt *interrupt, int signal)
{
    interrupt->signal = signal;
    g_cancellable_cancel(interrupt->cancel);
    if (interrupt->executor)
        pmx_executor_stop(interrupt->executor);
    return G_SOURCE_CONTINUE;
}

static gboolean on_interrupt(gpointer data)
{
    return interrupted(data, SIGINT);
}

static gboolean on_terminate(gpointer data)
{
    return interrupted(data, SIGTERM);
}

static void watch_signals(Interrupt *interrupt)
{
    interrupt->cancel = g_cancellable_new();
    interrupt->watches[0] = g_unix_signal_add(SIGINT, on_interrupt, interrupt);
    interrupt->watches[1] = g_unix_signal_add(SIGTERM, on_terminate, interrupt);
    interrupt->watches[2] = g_unix_signal_add(SIGHUP, on_terminate, interrupt);
}

static void unwatch_signals(Interrupt *interrupt)
{
    for (guint i = 0; i < G_N_ELEMENTS(interrupt->watches); i++)
        g_source_remove(interrupt->watches[i]);
    g_clear_object(&interrupt->cancel);
}

static int tell_interrupted(const Interrupt *interrupt, gboolean kept)
{
    g_printerr("\npolymux: interrupted; %s\n",
               kept ? "what is finished is kept, run the job again to go on"
                    : "nothing was kept, as --no-cache asks");
    return 128 + interrupt->signal;
}

/* --- what the display draws --- */

typedef struct {
    const PmxPlan *plan;
    const PmxExecutor *executor;
} Running;

static guint count_outputs(gconstpointer source)
{
    return ((const Running *)source)->plan->outputs->len;
}

static PmxShown show_output(gconstpointer source, guint i)
{
    const Running *running = source;
    const PmxPlanOutput *planned = g_ptr_array_index(running->plan->outputs, i);
    const PmxOutputState *state = pmx_executor_output(running->executor, i);
    return (PmxShown){
        .name = planned->name,
        .state = state->error  ? PMX_SHOWN_FAILED
                 : state->done ? PMX_SHOWN_DONE
                               : PMX_SHOWN_WORKING,
        .fraction = pmx_executor_output_fraction(running->executor, i),
        .seconds = planned->seconds,
    };
}

static PmxShownWork show_work(gconstpointer source)
{
    PmxCost cost = pmx_executor_cost(((const Running *)source)->executor);
    return (PmxShownWork){cost.total, cost.done, cost.fresh};
}

static const PmxDisplaySource running_source = {count_outputs, show_output, show_work};

/* --- running --- */

static gboolean run_watched(PmxExecutor *executor, const PmxPlan *plan, gboolean quiet,
                            Interrupt *interrupt)
{
    const Running running = {plan, executor};
    g_autoptr(PmxDisplay) display = pmx_display_new(&running_source, &running);
    interrupt->executor = executor;
    if (!quiet)
        pmx_executor_watch(executor, pmx_display_tick, display);
    gboolean whole = pmx_executor_run(executor);
    if (!quiet)
        pmx_display_end(display);
    interrupt->executor = NULL;
    return whole;
}

static int tell_report(const PmxReport *report, gboolean as_json)
{
    if (as_json) {
        json_t *json = pmx_report_json(report);
        pmx_command_print_json(json);
        json_decref(json);
    } else {
        pmx_report_print(report);
    }
    return pmx_report_success(report) ? PMX_EXIT_OK : PMX_EXIT_FAILED;
}

/* In bytes. */
typedef struct {
    guint64 memory; /* of the encoders; 0: as much as suits the cores */
    guint64 cache;  /* on the disk */
} Limits;

/* What a job is made with besides its session. */
typedef struct {
    PmxArtifacts *artifacts;
    PmxDepot *depot; /* or NULL */
    guint64 memory;  /* as in Limits */
} Means;

static int execute(const PmxSession *session, const Means *means, const Options *options,
                   Interrupt *interrupt)
{
    guint slots = options->jobs > 0 ? (guint)options->jobs : g_get_num_processors();
    g_autoptr(PmxPool) pool =
        pmx_pool_new(slots, means->memory ? means->memory : slots * pmx_memory_share);
    const PmxExecutorSetup setup = {
        .plan = session->plan,
        .artifacts = means->artifacts,
        .depot = means->depot,
        .inputs = (PmxReader *const *)session->inputs->pdata,
        .runner = session->runner,
        .places = session->places,
        .pool = pool,
        .allowance = session->allowance,
        .patience = pmx_runner_patience(),
    };
    /* From here on there is something to look at. */
    pmx_allowance_watch(session->allowance, NULL);
    gint64 began = g_get_monotonic_time();
    g_autoptr(PmxExecutor) executor = pmx_executor_new(&setup);
    if (!run_watched(executor, session->plan, options->json, interrupt))
        return tell_interrupted(interrupt, !options->no_cache);
    double wall = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
    g_autoptr(PmxReport) report = pmx_report_new(session, executor, wall);
    if (interrupt->signal)
        return tell_interrupted(interrupt, !options->no_cache);
    return tell_report(report, options->json);
}

/* --- what a kill left in storages is removed meanwhile --- */

typedef struct {
    const PmxPlaces *places;
    PmxErrand *errand; /* NULL: it is over */
} Cleaning;

static gpointer clean(gpointer data, GCancellable *cancel, GError **error)
{
    (void)error;
    pmx_places_clean(((const Cleaning *)data)->places, cancel);
    return data;
}

static void cleaned(gpointer result, const GError *error, gpointer data)
{
    (void)result, (void)error;
    ((Cleaning *)data)->errand = NULL;
}

static int execute_and_clean(const PmxSession *session, const Means *means, const Options *options,
                             Interrupt *interrupt)
{
    static const PmxErrandKind kind = {clean, cleaned, NULL};
    Cleaning cleaning = {.places = session->places};
    cleaning.errand = pmx_errand_start(&kind, &cleaning);
    int status = execute(session, means, options, interrupt);
    pmx_errand_cancel(cleaning.errand);
    return status;
}

static int refuse(const PmxProblems *problems, gboolean as_json)
{
    g_autofree char *text = pmx_problems_to_text(problems);
    g_printerr("%s", text);
    if (as_json) {
        json_t *json =
            json_pack("{s:s, s:o}", "state", "Invalid", "problems", pmx_problems_to_json(problems));
        pmx_command_print_json(json);
        json_decref(json);
    }
    return PMX_EXIT_INVALID;
}

/* Something other than the job is wrong. */
static int fail(const GError *error, gboolean as_json)
{
    g_printerr("polymux run: %s\n", error->message);
    if (as_json) {
        json_t *json = json_pack("{s:s, s:[], s:s, s:o}", "state", "Failed", "outputs", "code",
                                 pmx_code_name(pmx_error_code(error)), "message",
                                 pmx_json_text(error->message));
        pmx_command_print_json(json);
        json_decref(json);
    }
    return PMX_EXIT_FAILED;
}

/* `storage` keeps artifacts as well, or is NULL. */
static int run_planned(const PmxSession *session, const Options *options, const Limits *limits,
                       const char *storage, Interrupt *interrupt)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *root = pmx_artifacts_default_root();
    g_autoptr(PmxArtifacts) artifacts =
        pmx_artifacts_open(root, limits->cache, !options->no_cache, &error);
    g_autoptr(PmxDepot) depot = NULL;
    if (artifacts && storage && !options->no_cache)
        depot = pmx_places_depot(session->places, storage, &error);
    if (error)
        return fail(error, options->json);
    const Means means = {artifacts, depot, limits->memory};
    return execute_and_clean(session, &means, options, interrupt);
}

/* All that is wrong goes to `problems`. */
static void read_limits(const Options *options, Limits *limits, PmxProblems *problems)
{
    g_autoptr(GError) memory = NULL;
    g_autoptr(GError) cache = NULL;
    if (options->memory && !pmx_size_from_text(options->memory, &limits->memory, &memory))
        pmx_problems_add_error(problems, "--memory", memory);
    if (!pmx_artifacts_default_limit(&limits->cache, &cache))
        pmx_problems_add_error(problems, "", cache);
}

static int run(const char *path, const Options *options, const PmxConfiguration *configuration,
               Interrupt *interrupt)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    Limits limits = {0};
    read_limits(options, &limits, problems);
    if (pmx_problems_count(problems) > 0)
        return refuse(problems, options->json);
    if (!pmx_runner_check(&error))
        return fail(error, options->json);
    const PmxSessionOptions from = {configuration, path, options->output, TRUE, interrupt->cancel};
    g_autoptr(PmxSession) session = pmx_session_new(&from, problems);
    if (interrupt->signal)
        return tell_interrupted(interrupt, !options->no_cache);
    if (!session->plan)
        return refuse(problems, options->json);
    return run_planned(session, options, &limits, configuration->artifacts.storage, interrupt);
}

static int run_interruptible(const char *path, const Options *options)
{
    Interrupt interrupt = {0};
    g_autoptr(PmxConfiguration) configuration =
        pmx_configuration_of_command("run", options->config);
    if (!configuration)
        return PMX_EXIT_INVALID;
    watch_signals(&interrupt);
    int status = run(path, options, configuration, &interrupt);
    unwatch_signals(&interrupt);
    return status;
}

int pmx_command_run(char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "Write below DIR, a folder or an address, instead of the job's folders", "DIR"},
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config, PMX_CONFIG_HELP, "FILE"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, "Use N cores (0: all of them)", "N"},
        {"memory", 0, 0, G_OPTION_ARG_STRING, &options.memory,
         "Use about SIZE of memory, such as 4G (512M a core)", "SIZE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print only the report, as JSON", NULL},
        {"no-cache", 0, 0, G_OPTION_ARG_NONE, &options.no_cache, "Use and leave no kept artifacts",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "JOB.json",
        "Makes the files that a job asks for. Finished work is kept, so an interrupted job goes on\n"
        "where it was and a changed one does only what is new.\n\n"
        "Exit status: 0 every output succeeded, 1 some output failed, 2 the job is invalid.");
    if (!words)
        return PMX_EXIT_INVALID;
    int status = PMX_EXIT_INVALID;
    if (g_strv_length(words) != 2 || options.jobs < 0)
        g_printerr("polymux run: give one job file%s (see polymux run --help)\n",
                   options.jobs < 0 ? " and a number of cores, 0 for all of them" : "");
    else
        status = run_interruptible(words[1], &options);
    g_free(options.output);
    g_free(options.config);
    g_free(options.memory);
    return status;
}
