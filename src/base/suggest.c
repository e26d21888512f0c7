/* SPDX-License-Identifier: MIT */
/* "Did you mean": see suggest.h. Pure. */
#include "base/suggest.h"

#include <string.h>

/* Longer words are typed by nobody and would make the quadratic comparison a way to burn time. */
enum { WORD_MAX = 128 };

static gboolean same(char a, char b)
{
    return g_ascii_tolower(a) == g_ascii_tolower(b);
}

/* Edit distance (insert, delete, replace, swap two neighbours: 1 each), a row at a time; a swap
 * looks back two rows. */
static guint distance(const char *a, const char *b)
{
    size_t la = strnlen(a, WORD_MAX), lb = strnlen(b, WORD_MAX);
    guint rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = (guint)j;
    for (size_t i = 1; i <= la; i++) {
        const guint *two_above = rows[(i + 1) % 3], *above = rows[(i + 2) % 3];
        guint *row = rows[i % 3];
        row[0] = (guint)i;
        for (size_t j = 1; j <= lb; j++) {
            row[j] = MIN(above[j - 1] + !same(a[i - 1], b[j - 1]), MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = MIN(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[la % 3][lb];
}

static guint common_prefix(const char *a, const char *b)
{
    guint n = 0;
    while (a[n] && g_ascii_tolower(a[n]) == g_ascii_tolower(b[n]))
        n++;
    return n;
}

/* Tells the far ones apart cheaply first: lists are long, and words may come from an attacker. */
static gboolean is_near(const char *word, const char *name, guint *found)
{
    guint length = (guint)strnlen(word, WORD_MAX), other = (guint)strnlen(name, WORD_MAX);
    guint allowed = MAX(1, length / 3);
    guint shared = common_prefix(word, name);
    gboolean begins = shared >= 4 || (shared >= 2 && !word[shared]);
    if (!begins && MAX(length, other) - MIN(length, other) > allowed)
        return FALSE;
    *found = distance(word, name);
    return begins || (*found <= allowed && *found < MAX(length, other));
}

const char *pmx_suggest(const char *word, PmxNameAt at, gconstpointer names)
{
    const char *best = NULL, *name;
    guint best_distance = G_MAXUINT, found = 0;
    for (guint i = 0; (name = at(names, i)); i++) {
        if (is_near(word, name, &found) && found < best_distance) {
            best = name;
            best_distance = found;
        }
    }
    return best;
}
