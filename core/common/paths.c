/* paths.c: where the installed pieces of the program are */
#include "config.h"
#include "common/paths.h"

static const char *
folder (const char *variable, const char *installed)
{
  const char *set = g_getenv (variable);
  return set != NULL && *set != '\0' ? set : installed;
}

char *
lw_paths_data (const char *relative)
{
  return g_build_filename (folder ("LABELWRIGHT_DATA_DIR", LW_PKGDATA_DIR), relative, NULL);
}

char *
lw_paths_backend (const char *name)
{
  g_autofree char *file = g_strdup_printf ("labelwright-backend-%s.so", name);
  return g_build_filename (folder ("LABELWRIGHT_LIB_DIR", LW_PKGLIB_DIR), file, NULL);
}

char *
lw_paths_engine (void)
{
  return g_build_filename (folder ("LABELWRIGHT_LIBEXEC_DIR", LW_LIBEXEC_DIR), "labelwright-engine", NULL);
}
