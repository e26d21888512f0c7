/* SPDX-License-Identifier: MIT */
/* See http-date.h. strftime() and GLib would use the names of the locale. */
#include "base/http-date.h"

#include <string.h>

static const char days[] = "MonTueWedThuFriSatSun";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* a a letter, d a digit, the rest itself. */
static const char form[] = "aaa, dd aaa dddd dd:dd:dd GMT";

char *pmx_http_date(gint64 moment)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(moment / 1000);
    return g_strdup_printf(
        "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
        days + 3 * (g_date_time_get_day_of_week(time) - 1), g_date_time_get_day_of_month(time),
        months + 3 * (g_date_time_get_month(time) - 1), g_date_time_get_year(time),
        g_date_time_get_hour(time), g_date_time_get_minute(time), g_date_time_get_second(time));
}

static gboolean has_form(const char *text)
{
    if (strlen(text) != strlen(form))
        return FALSE;
    for (gsize i = 0; form[i]; i++) {
        gboolean fits = form[i] == 'd'   ? g_ascii_isdigit(text[i])
                        : form[i] == 'a' ? g_ascii_isalpha(text[i])
                                         : text[i] == form[i];
        if (!fits)
            return FALSE;
    }
    return TRUE;
}

/* Counted from 0; -1: it is none. */
static int index_of(const char *name, const char *names)
{
    for (int i = 0; names[3 * (gsize)i]; i++)
        if (strncmp(name, names + 3 * (gsize)i, 3) == 0)
            return i;
    return -1;
}

static int number_at(const char *text, guint digits)
{
    int number = 0;
    while (digits-- > 0)
        number = number * 10 + g_ascii_digit_value(*text++);
    return number;
}

gboolean pmx_http_date_parse(const char *text, gint64 *moment)
{
    if (!has_form(text) || index_of(text, days) < 0)
        return FALSE;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    /* NULL for a month, day or hour that there is not. */
    g_autoptr(GDateTime) time = g_date_time_new(
        utc, number_at(text + 12, 4), index_of(text + 8, months) + 1, number_at(text + 5, 2),
        number_at(text + 17, 2), number_at(text + 20, 2), number_at(text + 23, 2));
    if (!time)
        return FALSE;
    *moment = g_date_time_to_unix(time) * 1000;
    return TRUE;
}
