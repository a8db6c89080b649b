/* paths.h: where the installed pieces of the program are */
#pragma once

#include <gio/gio.h>

/* Each returns (transfer full) an absolute path. The build-time prefix is used unless an environment variable
 * overrides it for a program that runs uninstalled: LABELWRIGHT_DATA_DIR, LABELWRIGHT_LIB_DIR, LABELWRIGHT_LIBEXEC_DIR. */
char *lw_paths_data (const char *relative);    /* data/: "palettes/camvid11.json", "models/starter.safetensors", "recipes/…", "sample/…" */
char *lw_paths_backend (const char *name);     /* "cpu" → …/labelwright/labelwright-backend-cpu.so */
char *lw_paths_engine (void);                  /* the labelwright-engine executable */
