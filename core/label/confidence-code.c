/* confidence-code.c: packs and unpacks maps of confidences */
#include "config.h"
#include "label/confidence-code.h"

#include "label/bit-coder.h"

#define MARK 'C'
#define STEP 3
#define MOST (255 / STEP)
#define N_NOISES 6      /* how rough the map is here: the bits of the sum of the differences between those that are looked at, at most 5 */
#define N_FAR 15

typedef struct { LwBitModel other[N_NOISES], less[N_NOISES], more[N_NOISES][N_FAR]; } Models;
#define N_MODELS (sizeof (Models) / sizeof (LwBitModel))

/* Two rows in steps, of which one is above the other. */
typedef struct { guint8 *row, *above; gboolean first; int width; } Place;

static void
models_init (Models *models)
{
  LwBitModel *all = (LwBitModel *) models;
  for (gsize i = 0; i < N_MODELS; i++)
    all[i] = (LwBitModel) LW_BIT_EVEN;
}

/* From the steps left, above, and above to the left and the right. Source of the rule: the median predictor of LOCO-I (Weinberger, Seroussi, Sapiro, 1996). */
static int
expect (const Place *place, int x, guint *noise)
{
  int left = x > 0 ? place->row[x - 1] : place->first ? 0 : place->above[0], above = place->first ? left : place->above[x];
  int corner = x > 0 && !place->first ? place->above[x - 1] : above, right = x + 1 < place->width && !place->first ? place->above[x + 1] : above;
  int rough = ABS (left - corner) + ABS (above - corner) + ABS (right - above);
  *noise = rough == 0 ? 0 : MIN (g_bit_storage ((gulong) rough), N_NOISES - 1);
  if (corner >= MAX (left, above))
    return MIN (left, above);
  return corner <= MIN (left, above) ? MAX (left, above) : left + above - corner;
}

static void
write_step (LwBitWriter *out, Models *models, guint noise, int difference)
{
  lw_bit_write (out, &models->other[noise], difference != 0);
  if (difference == 0)
    return;
  lw_bit_write (out, &models->less[noise], difference < 0);
  for (int i = 1; i < ABS (difference); i++)
    lw_bit_write (out, &models->more[noise][MIN (i, N_FAR) - 1], TRUE);
  lw_bit_write (out, &models->more[noise][MIN (ABS (difference), N_FAR) - 1], FALSE);
}

static void
go_down (Place *place)
{
  guint8 *row = place->row;
  place->row = place->above;
  place->above = row;
  place->first = FALSE;
}

GBytes *
lw_confidence_encode (const LwLabelMap *map)
{
  Models models;
  LwBitWriter writer;
  gsize width = (gsize) map->width, room = width * (gsize) map->height;
  g_autofree guint8 *steps = g_malloc (2 * width), *out = g_malloc (1 + room);
  Place place = { steps, steps + width, TRUE, map->width };
  out[0] = MARK;
  models_init (&models);
  lw_bit_writer_init (&writer, out + 1, room);
  for (int y = 0; y < map->height; y++, go_down (&place))
    for (int x = 0; x < map->width; x++)
      {
        guint noise;
        int expected = expect (&place, x, &noise);
        place.row[x] = (guint8) ((lw_label_map_row (map, y)[x] + STEP / 2) / STEP);
        write_step (&writer, &models, noise, place.row[x] - expected);
      }
  lw_bit_writer_end (&writer);
  return writer.length <= room ? g_bytes_new (out, 1 + writer.length) : NULL;
}

/* ---- and back ---- */

static int
read_step (LwBitReader *in, Models *models, guint noise)
{
  int difference = 1;
  if (!lw_bit_read (in, &models->other[noise]))
    return 0;
  gboolean less = lw_bit_read (in, &models->less[noise]);
  while (difference <= MOST && lw_bit_read (in, &models->more[noise][MIN (difference, N_FAR) - 1]))
    difference++;
  return less ? -difference : difference;
}

gboolean
lw_confidence_decode (const void *data, gsize length, LwLabelMap *map)
{
  Models models;
  LwBitReader reader;
  const guint8 *bytes = data;
  g_autofree guint8 *steps = g_malloc (2 * (gsize) map->width);
  Place place = { steps, steps + map->width, TRUE, map->width };
  if (length == 0 || bytes[0] != MARK)
    return FALSE;
  models_init (&models);
  lw_bit_reader_init (&reader, bytes + 1, length - 1);
  for (int y = 0; y < map->height; y++, go_down (&place))
    for (int x = 0; x < map->width; x++)
      {
        guint noise;
        int step = expect (&place, x, &noise);
        step += read_step (&reader, &models, noise);
        if (step < 0 || step > MOST)
          return FALSE;
        place.row[x] = (guint8) step;
        lw_label_map_row (map, y)[x] = (guint8) (step * STEP);
      }
  return lw_bit_reader_at_end (&reader);
}
