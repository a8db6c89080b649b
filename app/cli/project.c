/* project.c: create */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>

/* ---- create ---- */

static char *classes;

static const GOptionEntry create_options[] = {
  { "classes", 'c', 0, G_OPTION_ARG_FILENAME, &classes, N_("camvid11, camvid32, cityscapes, or a JSON file (camvid11)"), N_("PALETTE") },
  G_OPTION_ENTRY_NULL
};

static gboolean
create (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwPalette) palette = lw_palette_load (classes != NULL ? classes : "camvid11", error);
  g_autoptr(LwProject) project = palette != NULL ? lw_project_create (arguments[0], palette, error) : NULL;
  if (project == NULL)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "project", lw_project_get_folder (project));
  cli_put_string (result, "palette", palette->name);
  cli_put_int (result, "classes", palette->classes->len);
  cli_json (cli, result);
  cli_line (cli, _("Made the project “%s” with %u classes."), lw_project_get_folder (project), palette->classes->len);
  return lw_project_close (project, error);
}

const CliCommand cli_create = { "create", "PROJECT", N_("Make a project: an empty folder with classes"), NULL,
  "create drive --classes camvid11", create_options, 1, 1, create };
