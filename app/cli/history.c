/* history.c: history: the revisions of frames, by filter; what changed between two of them; who set a pixel */
#include "config.h"
#include "cli.h"
#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include "common/png.h"
#include "label/compare.h"
#include "store/past.h"
#include "store/statistics-export.h"

static char **specs, *author, *kind, *model_name, *since, *until, *compared, *with, *picture, *at, *in_revision;
static int limit;

static const char *const kinds[] = { "manual", "import", "propagated", "merge" };

static const GOptionEntry options[] = {
  { "frame", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Only of these frames: a status, names, or MEDIA:ORDINALS (all)"), N_("SPEC") },
  { "author", 0, 0, G_OPTION_ARG_STRING, &author, N_("Only by this person"), N_("NAME") },
  { "kind", 0, 0, G_OPTION_ARG_STRING, &kind, N_("Only manual, import, propagated or merge"), N_("KIND") },
  { "model", 0, 0, G_OPTION_ARG_STRING, &model_name, N_("Only those with pixels that this model set"), N_("MODEL") },
  { "since", 0, 0, G_OPTION_ARG_STRING, &since, N_("Not older: 2026-11-23, or “2026-11-23 14:30”"), N_("TIME") },
  { "until", 0, 0, G_OPTION_ARG_STRING, &until, N_("Not newer"), N_("TIME") },
  { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_("Only the newest ones, of each frame where frames are given"), N_("NUMBER") },
  { "compare", 'c', 0, G_OPTION_ARG_STRING, &compared, N_("What changed since this revision, by class"), N_("REVISION") },
  { "with", 0, 0, G_OPTION_ARG_STRING, &with, N_("With --compare: up to this revision of the frame (the labels as they are now)"), N_("REVISION") },
  { "at", 0, 0, G_OPTION_ARG_STRING, &at, N_("Who or what set this pixel of the frame last, and when"), N_("X,Y") },
  { "revision", 'r', 0, G_OPTION_ARG_STRING, &in_revision, N_("With --at: in this revision (now)"), N_("REVISION") },
  { "picture", 'p', 0, G_OPTION_ARG_FILENAME, &picture, N_("With --compare: a PNG file with changed pixels bright, all others dark"), N_("FILE") },
  G_OPTION_ENTRY_NULL
};

/* ---- list ---- */

static const char *
name_of_kind (LwRevisionKind which)
{
  return (guint) which < G_N_ELEMENTS (kinds) ? kinds[which] : "?";
}

static void
print_revision (Cli *cli, const char *frame, const LwRevision *revision)
{
  LwJson *object = json_object_new_object ();
  g_autofree char *time = cli_format_time (revision->created);
  cli_put_string (object, "frame", frame);
  cli_put_string (object, "revision", revision->uuid);
  cli_put_string (object, "kind", name_of_kind (revision->kind));
  cli_put_string (object, "author", revision->author);
  cli_put_time (object, "created", revision->created);
  cli_put_string (object, "message", revision->message);
  cli_put_int (object, "strokes", revision->seq);
  cli_json (cli, object);
  cli_line (cli, "%s  %.8s  %-20s %-10s %-12s %s", time, revision->uuid, frame, name_of_kind (revision->kind), revision->author,
            revision->message != NULL ? revision->message : "");
}

/* gint64 id → name */
static GHashTable *
name_frames (LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, error);
  GHashTable *names = frames != NULL ? g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free) : NULL;
  for (guint i = 0; names != NULL && i < frames->len; i++)
    {
      LwFrame *frame = g_ptr_array_index (frames, i);
      g_hash_table_insert (names, g_memdup2 (&frame->id, sizeof frame->id), g_steal_pointer (&frame->name));
    }
  return names;
}

static gboolean
list_some (Cli *cli, LwProject *project, const LwRevisionFilter *filter, GHashTable *names, GError **error)
{
  g_autoptr(GPtrArray) revisions = lw_project_find_revisions (project, filter, error);
  for (guint i = 0; revisions != NULL && i < revisions->len; i++)
    {
      const LwRevision *revision = g_ptr_array_index (revisions, i);
      const char *name = g_hash_table_lookup (names, &revision->frame);
      print_revision (cli, name != NULL ? name : "?", revision);
    }
  return revisions != NULL;
}

static gboolean
fill_filter (LwProject *project, LwRevisionFilter *filter, GError **error)
{
  *filter = (LwRevisionFilter) { .author = author, .kind = -1, .since = cli_parse_time (since, FALSE, error), .newest = (guint) limit };
  if (filter->since < 0 || (filter->until = cli_parse_time (until, TRUE, error)) < 0)
    return FALSE;
  for (guint i = 0; kind != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kind, kinds[i]))
      filter->kind = (int) i;
  g_autoptr(LwModel) model = model_name != NULL ? lw_project_find_model (project, model_name, error) : NULL;
  filter->model = model != NULL ? model->id : 0;
  return model_name == NULL || model != NULL;
}

static gboolean
list (Cli *cli, LwProject *project, char **frames_wanted, GError **error)
{
  LwRevisionFilter filter;
  g_autoptr(GHashTable) names = fill_filter (project, &filter, error) ? name_frames (project, error) : NULL;
  if (names == NULL)
    return FALSE;
  if (frames_wanted == NULL)
    return list_some (cli, project, &filter, names, error);
  g_autoptr(GPtrArray) frames = cli_select_frames (project, frames_wanted, NULL, error);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      filter.frame = ((const LwFrame *) g_ptr_array_index (frames, i))->id;
      if (!list_some (cli, project, &filter, names, error))
        return FALSE;
    }
  return frames != NULL;
}

/* ---- compare ---- */

static LwJson *
describe_change (Cli *cli, const LwComparison *change, const LwPalette *palette)
{
  LwJson *classes = json_object_new_array ();
  for (int i = 0; i < 256; i++)
    {
      if (change->lost[i] == 0 && change->gained[i] == 0)
        continue;
      const LwClass *class = i != LW_LABEL_NONE ? lw_palette_find_id (palette, (guint8) i) : NULL;
      const char *name = class != NULL ? class->name : i == LW_LABEL_NONE ? NULL : "?";
      LwJson *one = json_object_new_object ();
      cli_put_string (one, "class", name);
      cli_put_int (one, "lost", (gint64) change->lost[i]);
      cli_put_int (one, "gained", (gint64) change->gained[i]);
      json_object_array_add (classes, one);
      cli_line (cli, "%-24s -%" G_GUINT64_FORMAT " +%" G_GUINT64_FORMAT, name != NULL ? name : _("not labelled"), change->lost[i], change->gained[i]);
    }
  return classes;
}

static gboolean
draw (const LwLabelMap *before, const LwLabelMap *after, const LwPalette *palette, GError **error)
{
  gsize stride = (gsize) after->width * 3;
  g_autofree guint8 *rgb = g_malloc (stride * (gsize) after->height);
  lw_compare_draw (before, after, palette, rgb);
  return lw_png_write_rgb (picture, rgb, after->width, after->height, stride, error);
}

static gboolean
compare_maps (Cli *cli, LwProject *project, const LwFrame *frame, const LwPlanes *before, const LwPlanes *after, GError **error)
{
  LwComparison change;
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, error);
  if (palette == NULL || (picture != NULL && !draw (before->plane[LW_PLANE_CLASS], after->plane[LW_PLANE_CLASS], palette, error)))
    return FALSE;
  lw_compare_maps (before->plane[LW_PLANE_CLASS], after->plane[LW_PLANE_CLASS], &change);
  LwJson *result = json_object_new_object ();
  guint64 pixels = (guint64) frame->width * (guint64) frame->height;
  cli_put_string (result, "frame", frame->name);
  cli_put_int (result, "changed", (gint64) change.changed);
  cli_put_double (result, "share", (double) change.changed / (double) pixels);
  cli_line (cli, _("%s: %" PRIu64 " pixels changed (%.2f %%)."), frame->name, change.changed, 100.0 * (double) change.changed / (double) pixels);
  json_object_object_add (result, "classes", describe_change (cli, &change, palette));
  cli_put_string (result, "picture", picture);
  cli_json (cli, result);
  return TRUE;
}

static gboolean
compare (Cli *cli, LwProject *project, GError **error)
{
  g_autoptr(LwRevision) old = lw_project_find_revision (project, compared, error), new = NULL;
  if (old == NULL || (with != NULL && (new = lw_project_find_revision (project, with, error)) == NULL))
    return FALSE;
  g_autoptr(LwFrame) frame = lw_project_get_frame (project, old->frame, error);
  if (frame == NULL)
    return FALSE;
  if (new != NULL && new->frame != old->frame)
    return cli_usage (error, _("“%s” is no revision of the frame “%s”."), with, frame->name);
  g_autoptr(LwPlanes) before = lw_project_load_revision (project, old->id, error), after = NULL;
  if (before != NULL)
    after = new != NULL ? lw_project_load_revision (project, new->id, error) : lw_project_load_planes (project, old->frame, NULL, error);
  return after != NULL && compare_maps (cli, project, frame, before, after, error);
}

/* ---- one pixel ---- */

static void
print_pixel (Cli *cli, const LwFrame *frame, const LwPixel *pixel, const LwPalette *palette, int x, int y)
{
  const LwClass *class = pixel->class_id != LW_LABEL_NONE ? lw_palette_find_id (palette, pixel->class_id) : NULL;
  LwJson *object = json_object_new_object ();
  g_autofree char *time = cli_format_time (pixel->created);
  cli_put_string (object, "frame", frame->name);
  cli_put_int (object, "x", x);
  cli_put_int (object, "y", y);
  cli_put_string (object, "class", class != NULL ? class->name : NULL);
  cli_put_string (object, "by", pixel->name);
  cli_put_string (object, "kind", pixel->name != NULL ? lw_origin_kind_get_nick (pixel->kind) : NULL);
  cli_put_string (object, "stroke", pixel->stroke);
  cli_put_string (object, "tool", pixel->tool);
  cli_put_string (object, "actor", pixel->actor);
  if (pixel->stroke != NULL)
    cli_put_time (object, "at", pixel->created);
  cli_json (cli, object);
  if (pixel->stroke == NULL)
    cli_line (cli, _("Nobody has set this pixel."));
  else
    cli_line (cli, _("%s, by %s (%s); %s, %s, %s"), class != NULL ? class->name : _("not labelled"), pixel->name != NULL ? pixel->name : _("nobody"),
              pixel->name != NULL ? lw_origin_kind_get_nick (pixel->kind) : "-", pixel->tool, pixel->actor, time);
}

static LwFrame *
find_one_frame (LwProject *project, char **wanted, LwRevision *revision, GError **error)
{
  if (revision != NULL)
    return lw_project_get_frame (project, revision->frame, error);
  g_autoptr(GPtrArray) frames = cli_select_frames (project, wanted, "all", error);
  if (frames == NULL)
    return NULL;
  if (frames->len == 1)
    return g_ptr_array_steal_index (frames, 0);
  cli_usage (error, _("--at wants one frame, or --revision."));
  return NULL;
}

static gboolean
show_pixel (Cli *cli, LwProject *project, char **wanted, GError **error)
{
  int x, y, end = 0;
  if (sscanf (at, "%d,%d%n", &x, &y, &end) != 2 || at[end] != '\0')
    return cli_usage (error, _("--at wants a pixel such as 120,80."));
  g_autoptr(LwRevision) revision = in_revision != NULL ? lw_project_find_revision (project, in_revision, error) : NULL;
  g_autoptr(LwFrame) frame = in_revision == NULL || revision != NULL ? find_one_frame (project, wanted, revision, error) : NULL;
  g_autoptr(LwPalette) palette = frame != NULL ? lw_project_dup_palette (project, error) : NULL;
  g_autoptr(LwPixel) pixel = palette != NULL ? lw_project_find_pixel (project, frame->id, revision != NULL ? revision->id : 0, x, y, error) : NULL;
  if (pixel != NULL)
    print_pixel (cli, frame, pixel, palette, x, y);
  return pixel != NULL;
}

/* ---- the command ---- */

static gboolean
check_options (char **arguments, GError **error)
{
  if (kind != NULL && !g_strv_contains ((const char *const[]) { kinds[0], kinds[1], kinds[2], kinds[3], NULL }, kind))
    return cli_usage (error, _("There is no kind “%s”: choose manual, import, propagated or merge."), kind);
  if (limit < 0)
    return cli_usage (error, _("--limit wants a number above 0."));
  if (compared == NULL && (with != NULL || picture != NULL))
    return cli_usage (error, _("--with and --picture go with --compare."));
  if ((at != NULL && compared != NULL) || (at == NULL && in_revision != NULL))
    return cli_usage (error, _("--revision goes with --at, and --at not with --compare."));
  if (specs != NULL && arguments[1] != NULL)
    return cli_usage (error, _("Give frames with --frame or without, not both."));
  return TRUE;
}

static gboolean
show_history (Cli *cli, char **arguments, GError **error)
{
  if (!check_options (arguments, error))
    return FALSE;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  if (compared != NULL)
    return compare (cli, project, error);
  char **wanted = specs != NULL ? specs : arguments[1] != NULL ? arguments + 1 : NULL;
  return at != NULL ? show_pixel (cli, project, wanted, error) : list (cli, project, wanted, error);
}

const CliCommand cli_history = { "history", "PROJECT [SPEC...]", N_("Show the revisions of frames, newest first, and what changed between them"),
  N_("A revision is named by the first letters of its number, as the list shows them."),
  "history drive drive_000012\n"
  "history drive --author ann --since 2026-11-01\n"
  "history drive --compare 3f2a91c0 --picture changed.png\n"
  "history drive drive_000012 --at 120,80", options, 1, G_MAXUINT,
  show_history };
