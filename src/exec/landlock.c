/* SPDX-License-Identifier: MIT */
/* Landlock: see landlock.h. Touches the kernel's rules for this thread and nothing else. */
#define _GNU_SOURCE 1 /* O_PATH */

#include "exec/landlock.h"

#include "base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The header may be older than the kernel that runs (Debian 12 describes ABI 2), so what came
 * later is defined here. The numbers are the kernel's stable interface.
 */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ULL << 1)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/*
 * struct landlock_ruleset_attr of ABI 6, for the same reason. An older kernel accepts the longer
 * structure as long as the fields it does not know are 0.
 */
typedef struct {
    guint64 handled_access_fs;
    guint64 handled_access_net;
    guint64 scoped;
} Ruleset;

/* What may be done below the scratch folder, as far as the kernel tells it apart. */
static const guint64 scratch_access =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REFER;

/* What each version of the interface added; a kernel refuses bits that are newer than itself. */
static const struct {
    guint abi;
    Ruleset adds;
} versions[] = {
    /* every right from EXECUTE (bit 0) to MAKE_SYM (bit 12) */
    {1, {.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1}},
    {2, {.handled_access_fs = LANDLOCK_ACCESS_FS_REFER}},
    {3, {.handled_access_fs = LANDLOCK_ACCESS_FS_TRUNCATE}},
    {4, {.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP}},
    {5, {.handled_access_fs = LANDLOCK_ACCESS_FS_IOCTL_DEV}},
    {6, {.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL}},
};

static Ruleset ruleset_for(guint abi)
{
    Ruleset all = {0};
    for (guint i = 0; i < G_N_ELEMENTS(versions) && versions[i].abi <= abi; i++) {
        all.handled_access_fs |= versions[i].adds.handled_access_fs;
        all.handled_access_net |= versions[i].adds.handled_access_net;
        all.scoped |= versions[i].adds.scoped;
    }
    return all;
}

guint pmx_landlock_abi(void)
{
    /* Whatever the reason (ENOSYS, EOPNOTSUPP, a container's EPERM), there is no Landlock then. */
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi > 0 ? (guint)abi : 0;
}

static bool allow_below(int rules, const Ruleset *handled, const char *folder, GError **error)
{
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "The scratch folder \"%s\" cannot be opened: %s.", folder, g_strerror(errno));
        return false;
    }
    struct landlock_path_beneath_attr rule = {
        .allowed_access = scratch_access & handled->handled_access_fs,
        .parent_fd = fd,
    };
    bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    if (!ok)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "Landlock does not accept the scratch folder \"%s\": %s.", folder,
                    g_strerror(errno));
    close(fd);
    return ok;
}

static bool restrict_self(int rules, GError **error)
{
    if (syscall(SYS_landlock_restrict_self, rules, 0) == 0)
        return true;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "Landlock does not confine the process: %s.",
                g_strerror(errno));
    return false;
}

bool pmx_landlock_confine(const char *scratch, GError **error)
{
    guint abi = pmx_landlock_abi();
    if (abi == 0)
        return true;
    Ruleset handled = ruleset_for(abi);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (rules < 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "Landlock (ABI %u) does not accept the sandbox's rules: %s.", abi,
                    g_strerror(errno));
        return false;
    }
    bool ok =
        (!scratch || allow_below(rules, &handled, scratch, error)) && restrict_self(rules, error);
    close(rules);
    return ok;
}
