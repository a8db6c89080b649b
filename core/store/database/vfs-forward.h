/* vfs-forward.h: what a layer over the files of SQLite leaves to the files themselves
 *
 * Whoever includes it has a function real_of (file), which finds the file below. */
#pragma once

#include <sqlite3.h>

#define LW_FORWARD(prefix, name, parameters, ...) \
  static int prefix##_##name parameters { return real_of (file)->pMethods->name (real_of (file), ##__VA_ARGS__); }

/* Sizes, locks and shared memory: no layer of ours has to do with them. */
#define LW_FORWARD_ALL(prefix) \
  LW_FORWARD (prefix, xFileSize, (sqlite3_file * file, sqlite3_int64 *size), size) \
  LW_FORWARD (prefix, xLock, (sqlite3_file * file, int wanted), wanted) \
  LW_FORWARD (prefix, xUnlock, (sqlite3_file * file, int wanted), wanted) \
  LW_FORWARD (prefix, xCheckReservedLock, (sqlite3_file * file, int *result), result) \
  LW_FORWARD (prefix, xSectorSize, (sqlite3_file * file)) \
  LW_FORWARD (prefix, xDeviceCharacteristics, (sqlite3_file * file)) \
  LW_FORWARD (prefix, xShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile **at), page, size, extend, at) \
  LW_FORWARD (prefix, xShmLock, (sqlite3_file * file, int offset, int n, int flags), offset, n, flags) \
  LW_FORWARD (prefix, xShmUnmap, (sqlite3_file * file, int delete_it), delete_it) \
  static void prefix##_xShmBarrier (sqlite3_file *file) { real_of (file)->pMethods->xShmBarrier (real_of (file)); }

/* Version 2 of the methods: shared memory, but no memory map, which would pass a layer by. */
#define LW_FORWARDED(prefix) \
  .iVersion = 2, .xFileSize = prefix##_xFileSize, .xLock = prefix##_xLock, .xUnlock = prefix##_xUnlock, \
  .xCheckReservedLock = prefix##_xCheckReservedLock, .xSectorSize = prefix##_xSectorSize, \
  .xDeviceCharacteristics = prefix##_xDeviceCharacteristics, .xShmMap = prefix##_xShmMap, .xShmLock = prefix##_xShmLock, \
  .xShmBarrier = prefix##_xShmBarrier, .xShmUnmap = prefix##_xShmUnmap
