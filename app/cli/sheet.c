/* sheet.c: sheet: frames, predictions and truth side by side in one picture */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/png.h"
#include "formats/label-folder.h"

#define BORDER 4                /* pixels between the pictures */
#define MAX_ROWS 200

static const guint8 paper[3] = { 255, 255, 255 }, unlabelled[3] = { 48, 48, 48 };

static char **specs, **model_names, *labels, *map;
static int width = 320;

static const GOptionEntry options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames, one a row: all, a status, names, or MEDIA:ORDINALS"), N_("SPEC") },
  { "model", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &model_names, N_("A column with what this model says; can be given again"), N_("MODEL") },
  { "labels", 0, 0, G_OPTION_ARG_FILENAME, &labels, N_("The last column: label maps of this folder (the project’s)"), N_("DIR") },
  { "map", 0, 0, G_OPTION_ARG_FILENAME, &map, N_("With --labels: JSON file from the label set’s classes to the project’s"), N_("FILE") },
  { "width", 'w', 0, G_OPTION_ARG_INT, &width, N_("Of each picture, in pixels (320)"), N_("PIXELS") },
  G_OPTION_ENTRY_NULL
};

typedef struct {
  Cli *cli;
  LwProject *project;
  LwPalette *palette;
  LwPictures *pictures;
  LwLabelFolder *truths;      /* NULL: the project's own labels */
  GPtrArray *frames, *models;
  int columns, cell_height, width, height;
  guint8 *rgb;
} Sheet;

static void
sheet_clear (Sheet *sheet)
{
  g_clear_pointer (&sheet->palette, lw_palette_free);
  g_clear_pointer (&sheet->pictures, lw_pictures_free);
  g_clear_pointer (&sheet->truths, lw_label_folder_free);
  g_clear_pointer (&sheet->frames, g_ptr_array_unref);
  g_clear_pointer (&sheet->models, g_ptr_array_unref);
  g_clear_pointer (&sheet->rgb, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sheet, sheet_clear)

/* ---- drawing ---- */

static guint8 *
cell (const Sheet *sheet, guint row, int column)
{
  gsize x = (gsize) (BORDER + column * (width + BORDER)), y = BORDER + (gsize) row * (gsize) (sheet->cell_height + BORDER);
  return sheet->rgb + (y * (gsize) sheet->width + x) * 3;
}

static void
draw_picture (Sheet *sheet, guint row, const LwImage *image)
{
  g_autoptr(LwImage) small = lw_image_scale_down (image, width, sheet->cell_height);
  if (small == NULL)
    return;
  g_autofree guint8 *packed = g_malloc ((gsize) small->width * (gsize) small->height * 3);
  lw_image_to_rgb (small, packed);
  for (int y = 0; y < small->height; y++)
    memcpy (cell (sheet, row, 0) + (gsize) y * (gsize) sheet->width * 3, packed + (gsize) y * (gsize) small->width * 3, (gsize) small->width * 3);
}

static void
draw_labels (Sheet *sheet, guint row, int column, const LwLabelMap *classes)
{
  double scale = MAX (1.0, MAX ((double) classes->width / width, (double) classes->height / sheet->cell_height));
  int w = MIN (width, (int) (classes->width / scale + 0.5)), h = MIN (sheet->cell_height, (int) (classes->height / scale + 0.5));
  const guint8 *colours[256];
  for (int i = 0; i < 256; i++)
    {
      const LwClass *class = i < LW_LABEL_NONE ? lw_palette_find_id (sheet->palette, (guint8) i) : NULL;
      colours[i] = class != NULL ? class->rgb : unlabelled;
    }
  for (int y = 0; y < h; y++)
    {
      guint8 *to = cell (sheet, row, column) + (gsize) y * (gsize) sheet->width * 3;
      for (int x = 0; x < w; x++)
        memcpy (to + x * 3, colours[lw_label_map_get (classes, MIN ((int) ((x + 0.5) * scale), classes->width - 1), MIN ((int) ((y + 0.5) * scale), classes->height - 1))], 3);
    }
}

/* ---- one row ---- */

static LwLabelMap *
read_truth (Sheet *sheet, const LwFrame *frame, GError **error)
{
  if (sheet->truths != NULL)
    return lw_label_folder_read (sheet->truths, frame->name, frame->width, frame->height, error);
  g_autoptr(LwPlanes) planes = lw_project_load_planes (sheet->project, frame->id, NULL, error);
  return planes != NULL ? lw_label_map_copy (planes->plane[LW_PLANE_CLASS]) : NULL;
}

static gboolean
draw_prediction (Sheet *sheet, guint row, int column, const LwModel *model, LwImage *image, GError **error)
{
  guint8 table[256];
  g_autoptr(LwPrediction) prediction = lw_engine_predict (cli_get_engine (sheet->cli), model->path, image, sheet->cli->cancellable, error);
  if (prediction == NULL || !lw_project_map_channels (sheet->project, model->classes, table, error))
    return FALSE;
  lw_label_map_remap (prediction->channels, table);
  draw_labels (sheet, row, column, prediction->channels);
  return TRUE;
}

static gboolean
draw_row (Sheet *sheet, guint row, GError **error)
{
  const LwFrame *frame = g_ptr_array_index (sheet->frames, row);
  g_autoptr(LwImage) image = lw_pictures_read (sheet->pictures, frame, sheet->cli->cancellable, error);
  g_autoptr(LwLabelMap) truth = image != NULL ? read_truth (sheet, frame, error) : NULL;
  if (truth == NULL)
    return FALSE;
  draw_picture (sheet, row, image);
  for (guint i = 0; i < sheet->models->len; i++)
    if (!draw_prediction (sheet, row, (int) i + 1, g_ptr_array_index (sheet->models, i), image, error))
      return FALSE;
  draw_labels (sheet, row, sheet->columns - 1, truth);
  return TRUE;
}

/* ---- the sheet ---- */

static gboolean
find_models (Sheet *sheet, GError **error)
{
  sheet->models = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_model_free);
  for (int i = 0; model_names != NULL && model_names[i] != NULL; i++)
    {
      LwModel *model = lw_workflow_find_model (sheet->project, cli_get_engine (sheet->cli), model_names[i], error);
      if (model == NULL)
        return FALSE;
      g_ptr_array_add (sheet->models, model);
    }
  return TRUE;
}

static gboolean
lay_out (Sheet *sheet, GError **error)
{
  const LwFrame *first = g_ptr_array_index (sheet->frames, 0);
  sheet->columns = (int) sheet->models->len + 2;
  sheet->cell_height = MAX (1, (int) ((gint64) width * first->height / first->width));
  gint64 w = BORDER + (gint64) sheet->columns * (width + BORDER), h = BORDER + (gint64) sheet->frames->len * (sheet->cell_height + BORDER);
  if (sheet->frames->len > MAX_ROWS || w > LW_PNG_MAX_SIDE || h > LW_PNG_MAX_SIDE || w * h > LW_PNG_MAX_PIXELS)
    return cli_usage (error, _("A sheet of %u frames would be too large. Choose fewer, or a smaller --width."), sheet->frames->len);
  sheet->width = (int) w;
  sheet->height = (int) h;
  sheet->rgb = g_malloc ((gsize) w * (gsize) h * 3);
  memset (sheet->rgb, paper[0], (gsize) w * (gsize) h * 3);
  return TRUE;
}

static gboolean
draw_rows (Sheet *sheet, GError **error)
{
  cli_begin (sheet->cli, _("Drawing"));
  for (guint i = 0; i < sheet->frames->len; i++)
    {
      if (!draw_row (sheet, i, error))
        return FALSE;
      cli_progress ((double) (i + 1) / sheet->frames->len, sheet->cli);
    }
  cli_end (sheet->cli);
  return TRUE;
}

static gboolean
open_sheet (Sheet *sheet, const char *folder, LwProject **project, GError **error)
{
  sheet->project = *project = cli_open_project (sheet->cli, folder, error);
  if (sheet->project == NULL)
    return FALSE;
  sheet->palette = lw_project_dup_palette (sheet->project, error);
  sheet->frames = sheet->palette != NULL ? cli_select_frames (sheet->project, specs, NULL, error) : NULL;
  if (sheet->frames == NULL || !find_models (sheet, error) || !lay_out (sheet, error))
    return FALSE;
  sheet->pictures = lw_pictures_new (sheet->project);
  sheet->truths = labels != NULL ? lw_label_folder_open (labels, sheet->palette, map, error) : NULL;
  return labels == NULL || sheet->truths != NULL;
}

static gboolean
make_sheet (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = NULL;
  g_auto(Sheet) sheet = { .cli = cli };
  if (specs == NULL)
    return cli_usage (error, _("Say which frames: --frames SPEC."));
  if (width < 16 || width > 4096)
    return cli_usage (error, _("--width is from 16 to 4096 pixels."));
  if (!open_sheet (&sheet, arguments[0], &project, error) || !draw_rows (&sheet, error)
      || !lw_png_write_rgb (arguments[1], sheet.rgb, sheet.width, sheet.height, (gsize) sheet.width * 3, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "sheet", arguments[1]);
  cli_put_int (result, "rows", sheet.frames->len);
  cli_put_int (result, "columns", sheet.columns);
  cli_put_int (result, "width", sheet.width);
  cli_put_int (result, "height", sheet.height);
  cli_json (cli, result);
  cli_line (cli, _("Wrote “%s”: %u rows."), arguments[1], sheet.frames->len);
  return TRUE;
}

const CliCommand cli_sheet = { "sheet", "PROJECT --frames SPEC OUT.png", N_("Draw frames, predictions and labels side by side"),
  N_("Columns: the frame, what each model says, the labels."),
  "sheet drive --frames accepted --model starter --model starter-2 sheet.png", options, 2, 2, make_sheet };
