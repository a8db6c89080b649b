/* merge.c: package, merge: a project split for several people, and brought together again */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/merge.h"

#define MAX_LIST_BYTES (64u << 20)

static char **specs, *rule, *person;
static gboolean dry, nameless, each;

/* ---- package ---- */

static const GOptionEntry package_options[] = {
  { "frames", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, MEDIA:ORDINALS such as drive:0-99,200, or @NAME"), N_("SPEC") },
  { "for", 0, 0, G_OPTION_ARG_STRING, &person, N_("Whose it is: its frames are assigned to this person"), N_("NAME") },
  { "each", 0, 0, G_OPTION_ARG_NONE, &each, N_("One for each person whom frames are assigned to, in folders of OUT"), NULL },
  { "nameless", 0, 0, G_OPTION_ARG_NONE, &nameless, N_("Leave out who did what: persons are “Person 1” …, and there is no log"), NULL },
  G_OPTION_ENTRY_NULL
};

static gboolean
split (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  cli_begin (cli, _("Packing"));
  g_autoptr(GPtrArray) folders = lw_project_split (project, arguments[1], nameless, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      LwJson *result = json_object_new_object ();
      cli_put_string (result, "package", folders->pdata[i]);
      cli_json (cli, result);
      cli_line (cli, _("Made “%s”."), (const char *) folders->pdata[i]);
    }
  return folders != NULL && lw_project_close (project, error);
}

static gboolean
package (Cli *cli, char **arguments, GError **error)
{
  if (each && (specs != NULL || person != NULL))
    return cli_usage (error, _("--each takes the frames that are assigned: give neither --frames nor --for with it."));
  if (each)
    return split (cli, arguments, error);
  if (specs == NULL)
    return cli_usage (error, _("Say which frames: --frames SPEC, or --each."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, specs, NULL, error) : NULL;
  if (frames == NULL)
    return FALSE;
  g_autofree gint64 *ids = cli_dup_ids (frames);
  cli_begin (cli, _("Packing"));
  gboolean done = lw_project_package_for (project, ids, frames->len, &(LwPackageOptions) { person, nameless }, arguments[1], cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (!done)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "package", arguments[1]);
  cli_put_int (result, "frames", frames->len);
  cli_json (cli, result);
  cli_line (cli, ngettext ("Made “%s” with %u frame.", "Made “%s” with %u frames.", frames->len), arguments[1], frames->len);
  return lw_project_close (project, error);
}

const CliCommand cli_package = { "package", "PROJECT --frames SPEC|--each OUT", N_("Make a project of some frames, for somebody else to work on"),
  N_("OUT is a project like any other, with the strokes and revisions of its frames. Media are not copied, unless they lie in the project.\n“merge” takes back what was done in it."),
  "package drive --frames drive:0-99 for-ann\npackage drive --each packages\nmerge drive for-ann --rule newest", package_options, 2, 2, package };

static gboolean
list_packages (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) packages = project != NULL ? lw_project_list_packages (project, error) : NULL;
  for (guint i = 0; packages != NULL && i < packages->len; i++)
    {
      const LwPackage *one = packages->pdata[i];
      g_autofree char *made = cli_format_time (one->created), *merged = one->merged != 0 ? cli_format_time (one->merged) : g_strdup (_("not merged yet"));
      LwJson *result = json_object_new_object ();
      cli_put_string (result, "package", one->uuid);
      cli_put_string (result, "for", one->person);
      cli_put_string (result, "by", one->actor);
      cli_put_time (result, "created", one->created);
      cli_put_int (result, "frames", one->n_frames);
      cli_put_bool (result, "merged", one->merged != 0);
      cli_json (cli, result);
      cli_line (cli, "%s  %-24s %6u  %s", made, one->person != NULL ? one->person : "", one->n_frames, merged);
    }
  return packages != NULL;
}

const CliCommand cli_packages = { "packages", "PROJECT", N_("List the packages that were made, and which came back"), NULL, "packages drive", NULL, 1, 1, list_packages };

/* ---- merge ---- */

static const GOptionEntry merge_options[] = {
  { "rule", 'r', 0, G_OPTION_ARG_FILENAME, &rule, N_("Where both sides labelled differently: ours, theirs, newest, or a JSON file that decides each region (refuse)"), N_("RULE") },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry, N_("Only tell what would be done, and where both sides disagree"), NULL },
  G_OPTION_ENTRY_NULL
};

static int
choose_undecided (const LwMergeRegion *region, gpointer data)
{
  return -1;
}

static int
choose_ours (const LwMergeRegion *region, gpointer data)
{
  return 0;
}

static int
choose_theirs (const LwMergeRegion *region, gpointer data)
{
  return 1;
}

static int
choose_newest (const LwMergeRegion *region, gpointer data)
{
  return region->theirs_at > region->ours_at;
}

static char *
make_key (const char *frame, gint64 x, gint64 y)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT " %s", x, y, frame);
}

static int
choose_listed (const LwMergeRegion *region, gpointer decisions)
{
  g_autofree char *key = make_key (region->frame, region->x, region->y);
  gpointer taken;
  return g_hash_table_lookup_extended (decisions, key, NULL, &taken) ? GPOINTER_TO_INT (taken) : -1;
}

static gboolean
add_decision (LwJson *item, GHashTable *decisions, GError **error)
{
  const char *frame = NULL, *take = NULL;
  gint64 x = 0, y = 0;
  LwJson *taken = NULL;
  if (json_object_object_get_ex (item, "take", &taken) && taken == NULL)      /* left open */
    return TRUE;
  if (!lw_json_get_string (item, "frame", &frame, error) || !lw_json_get_int (item, "x", 0, LW_MAX_SIDE, &x, error) || !lw_json_get_int (item, "y", 0, LW_MAX_SIDE, &y, error)
      || !lw_json_get_string (item, "take", &take, error))
    return FALSE;
  if (!g_str_equal (take, "ours") && !g_str_equal (take, "theirs"))
    return cli_usage (error, _("%s: “take” is ours or theirs, not “%s”."), rule, take);
  g_hash_table_insert (decisions, make_key (frame, x, y), GINT_TO_POINTER (g_str_equal (take, "theirs")));
  return TRUE;
}

/* What “merge --dry-run --json” printed, with “take” filled in. */
static gboolean
read_decisions (GHashTable *decisions, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;
  if (!g_file_test (rule, G_FILE_TEST_EXISTS))
    return cli_usage (error, _("--rule is ours, theirs, newest, or a JSON file that is there, not “%s”."), rule);
  if (!g_file_get_contents (rule, &text, &length, error))
    return FALSE;
  g_autoptr(LwJson) list = lw_json_parse (text, length, MAX_LIST_BYTES, rule, error);
  LwJson *conflicts = NULL;
  if (list == NULL)
    return FALSE;
  if (!json_object_object_get_ex (list, "conflicts", &conflicts) || !json_object_is_type (conflicts, json_type_array))
    return cli_usage (error, _("“%s” has no list “conflicts”: fill in what “merge --dry-run --json” prints."), rule);
  for (gsize i = 0; i < json_object_array_length (conflicts); i++)
    if (!add_decision (json_object_array_get_idx (conflicts, i), decisions, error))
      return FALSE;
  return TRUE;
}

static LwJson *
describe_region (const LwMergeRegion *region, const LwPalette *palette)
{
  const LwClass *ours = lw_palette_find_id (palette, region->ours), *theirs = lw_palette_find_id (palette, region->theirs);
  LwJson *one = json_object_new_object ();
  cli_put_string (one, "frame", region->frame);
  cli_put_int (one, "x", region->x);
  cli_put_int (one, "y", region->y);
  cli_put_int (one, "left", region->box.x);
  cli_put_int (one, "top", region->box.y);
  cli_put_int (one, "width", region->box.width);
  cli_put_int (one, "height", region->box.height);
  cli_put_int (one, "pixels", region->pixels);
  cli_put_string (one, "ours", ours != NULL ? ours->name : NULL);
  cli_put_string (one, "theirs", theirs != NULL ? theirs->name : NULL);
  cli_put_string (one, "take", region->taken < 0 ? NULL : region->taken == 1 ? "theirs" : "ours");
  return one;
}

static void
put_agreement (Cli *cli, LwJson *result, const LwConfusion *agreement, const LwPalette *palette)
{
  g_autoptr(LwScores) scores = lw_confusion_score (agreement);
  LwJson *classes = json_object_new_array ();
  double kappa = lw_confusion_kappa (agreement);
  cli_put_double (result, "kappa", kappa);
  cli_put_double (result, "accuracy", scores->global_accuracy);
  if (kappa == kappa)
    cli_line (cli, _("Where both labelled, they agree on %.2f %% of the pixels (Cohen’s kappa %.3f)."), 100 * scores->global_accuracy, kappa);
  for (int i = 0; i < scores->n; i++)
    if (scores->iou[i] == scores->iou[i])
      {
        const LwClass *class = lw_palette_find_id (palette, (guint8) i);
        LwJson *one = json_object_new_object ();
        cli_put_string (one, "class", class != NULL ? class->name : "?");
        cli_put_double (one, "iou", scores->iou[i]);
        json_object_array_add (classes, one);
        cli_line (cli, "  %-28s IoU %.4f", class != NULL ? class->name : "?", scores->iou[i]);
      }
  json_object_object_add (result, "classes", classes);
}

static void
report (Cli *cli, const LwMergeReport *merged, const LwPalette *palette)
{
  LwJson *result = json_object_new_object (), *conflicts = json_object_new_array ();
  cli_put_int (result, "same", merged->same);
  cli_put_int (result, "taken", merged->taken);
  cli_put_int (result, "merged", merged->merged);
  cli_put_int (result, "strokes", merged->strokes);
  cli_put_int (result, "revisions", merged->revisions);
  cli_line (cli, _("Frames with nothing new: %u; worked on there alone: %u; worked on in both: %u."), merged->same, merged->taken, merged->merged);
  put_agreement (cli, result, merged->agreement, palette);
  for (guint i = 0; i < merged->regions->len; i++)
    {
      static const char *const takes[] = { N_("undecided"), N_("ours"), N_("theirs") };
      const LwMergeRegion *region = g_ptr_array_index (merged->regions, i);
      json_object_array_add (conflicts, describe_region (region, palette));
      cli_line (cli, _("%s: %u pixels at %d,%d differ: %s"), region->frame, region->pixels, region->x, region->y, _(takes[CLAMP (region->taken, -1, 1) + 1]));
    }
  json_object_object_add (result, "conflicts", conflicts);
  cli_json (cli, result);
}

static LwMergeChoose
find_rule (GHashTable *decisions, GError **error)
{
  if (rule == NULL)
    return choose_undecided;
  if (g_str_equal (rule, "ours"))
    return choose_ours;
  if (g_str_equal (rule, "theirs"))
    return choose_theirs;
  if (g_str_equal (rule, "newest"))
    return choose_newest;
  return read_decisions (decisions, error) ? choose_listed : NULL;
}

static gboolean
merge (Cli *cli, char **arguments, GError **error)
{
  g_auto(LwMergeReport) merged = { 0 };
  g_autoptr(GHashTable) decisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  LwMergeChoose choose = find_rule (decisions, error);
  g_autoptr(LwProject) project = choose != NULL ? cli_open_project (cli, arguments[0], error) : NULL;
  g_autoptr(LwProject) other = project != NULL ? cli_open_project (cli, arguments[1], error) : NULL;
  if (other == NULL)
    return FALSE;
  if (g_str_equal (lw_project_get_folder (project), lw_project_get_folder (other)))
    return cli_usage (error, _("“%s” can’t be merged into itself: name a copy or a package of it."), arguments[1]);
  cli_begin (cli, _("Merging"));
  gboolean done = lw_project_merge (project, other, choose, decisions, dry, &merged, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  g_autoptr(LwPalette) palette = merged.regions != NULL ? lw_project_dup_palette (project, done ? error : NULL) : NULL;
  if (palette != NULL)
    report (cli, &merged, palette);
  return done && palette != NULL && lw_project_close (other, error) && lw_project_close (project, error);
}

const CliCommand cli_merge = { "merge", "PROJECT OTHER", N_("Take back what was done in a copy or a package of the project"),
  N_("Strokes and revisions are kept. Where only one side changed pixels, that is taken; where both did and disagree, the rule decides, region by region.\n"
     "Without a rule such a merge changes nothing. Before each, a snapshot is taken; merging twice changes nothing more."),
  "merge drive for-ann --dry-run\nmerge drive for-ann --rule newest\nmerge drive for-ann --dry-run --json > decide.json\nmerge drive for-ann --rule decide.json", merge_options,
  2, 2, merge };
