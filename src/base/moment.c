/* SPDX-License-Identifier: MIT */
/* Moments as text: see moment.h. Pure, but for pmx_moment_now(). */
#include "base/moment.h"

#include <string.h>
#include <time.h>

/* What four digits of a year can say. */
#define EARLIEST (G_GINT64_CONSTANT(-62167219200000))
#define LATEST (G_GINT64_CONSTANT(253402300799999))

static const char form[] = "dddd-dd-ddTdd:dd:dd";

gint64 pmx_moment_now(void)
{
    return g_get_real_time() / 1000;
}

/* The whole second that `moment` lies in, also before 1970; `ms` gets what is over. */
static gint64 second_of(gint64 moment, int *ms)
{
    gint64 rest = ((moment % 1000) + 1000) % 1000;
    *ms = (int)rest;
    return (moment - rest) / 1000;
}

static void put_number(char *text, guint digits, int number)
{
    for (; digits-- > 0; number /= 10)
        text[digits] = (char)('0' + number % 10);
}

/* By hand: a page of a hundred jobs has hundreds of moments, and printf takes its time. */
static char *format(gint64 moment, gboolean with_ms)
{
    int ms;
    if (moment == 0)
        return g_strdup("");
    struct tm tm;
    time_t second = second_of(CLAMP(moment, EARLIEST, LATEST), &ms);
    char *text = g_strdup(with_ms ? "0000-00-00T00:00:00.000Z" : "0000-00-00T00:00:00Z");
    gmtime_r(&second, &tm);
    put_number(text, 4, tm.tm_year + 1900);
    put_number(text + 5, 2, tm.tm_mon + 1);
    put_number(text + 8, 2, tm.tm_mday);
    put_number(text + 11, 2, tm.tm_hour);
    put_number(text + 14, 2, tm.tm_min);
    put_number(text + 17, 2, tm.tm_sec);
    if (with_ms)
        put_number(text + 20, 3, ms);
    return text;
}

char *pmx_moment_text(gint64 moment)
{
    return format(moment, FALSE);
}

static gboolean has_form(const char *text)
{
    for (const char *want = form; *want; want++, text++)
        if (*want == 'd' ? !g_ascii_isdigit(*text) : *text != *want)
            return FALSE;
    return TRUE;
}

static int number_at(const char *text, guint digits)
{
    int number = 0;
    while (digits-- > 0)
        number = number * 10 + g_ascii_digit_value(*text++);
    return number;
}

/* What follows the seconds. */
static gboolean parse_rest(const char *text, int *ms)
{
    *ms = 0;
    if (*text == '.') {
        for (guint i = 1; i <= 3; i++)
            if (!g_ascii_isdigit(text[i]))
                return FALSE;
        *ms = number_at(text + 1, 3);
        text += 4;
    }
    return strcmp(text, "Z") == 0;
}

gboolean pmx_moment_parse(const char *text, gint64 *moment)
{
    int ms;
    if (!has_form(text) || !parse_rest(text + strlen(form), &ms))
        return FALSE;
    struct tm given = {.tm_year = number_at(text, 4) - 1900,
                       .tm_mon = number_at(text + 5, 2) - 1,
                       .tm_mday = number_at(text + 8, 2),
                       .tm_hour = number_at(text + 11, 2),
                       .tm_min = number_at(text + 14, 2),
                       .tm_sec = number_at(text + 17, 2)};
    /* timegm() brings a 30th of February into March: such a day comes back as another. */
    struct tm taken = given;
    time_t second = timegm(&taken);
    if (taken.tm_mon != given.tm_mon || taken.tm_mday != given.tm_mday ||
        taken.tm_hour != given.tm_hour || taken.tm_min != given.tm_min ||
        taken.tm_sec != given.tm_sec)
        return FALSE;
    *moment = (gint64)second * 1000 + ms;
    return TRUE;
}

static gboolean kind_parse(const char *text, void *out)
{
    return pmx_moment_parse(text, out);
}

static char *kind_format(const void *value)
{
    return format(*(const gint64 *)value, TRUE);
}

const PmxTextKind pmx_moment_kind = {.form = "a moment such as 2026-01-02T03:04:05.678Z",
                                     .parse = kind_parse,
                                     .format = kind_format};
