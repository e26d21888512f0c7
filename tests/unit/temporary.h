/* SPDX-License-Identifier: MIT */
/* Folders that a test makes and takes away again. For tests only. */
#pragma once

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/* A new empty folder; the caller frees the name. */
static inline char *temporary_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("polymux-test-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

/* Removes `folder` and everything below it. */
static inline void temporary_remove(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        GStatBuf info;
        if (g_lstat(path, &info) == 0 && S_ISDIR(info.st_mode))
            temporary_remove(path);
        else
            g_unlink(path);
    }
    g_rmdir(folder);
}

static inline guint count_entries(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (dir && g_dir_read_name(dir))
        count++;
    return count;
}

/* Files below `folder`, at any depth. */
static inline guint count_files(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        GStatBuf info;
        g_assert_cmpint(g_lstat(path, &info), ==, 0);
        count += S_ISDIR(info.st_mode) ? count_files(path) : 1;
    }
    return count;
}
