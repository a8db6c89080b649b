/* faulty-vfs.h: SQLite's access to files with faults at a chosen call: what a failing, full or suddenly dead disk does */
#pragma once

#include <glib.h>

typedef enum {
  FAULT_EIO,             /* the call fails once */
  FAULT_FULL,            /* no room, from that call on until disarmed */
  FAULT_SHORT,           /* half of a write is done, then an error, once */
  FAULT_FLAKY,           /* every third call from that one on fails, until disarmed */
  FAULT_DEAD,            /* half of a write is done, and nothing reaches the disk from then on: a power cut */
  N_FAULTS,
} Fault;
extern const char *const fault_names[N_FAULTS];

/* Becomes SQLite's default: before anything else of SQLite's is used. */
void faulty_vfs_register (void);
/* Counts calls that change files (writes, syncs, truncations, deletions, files made) and, but for a full or dead disk, reads. The @at-th from now on, counted from 0, fails. */
void faulty_vfs_arm (Fault fault, guint at);
/* Returns: whether the fault has come. */
gboolean faulty_vfs_disarm (void);
