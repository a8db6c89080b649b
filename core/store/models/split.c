/* split.c: divides frames into train and val by stretches of video */
#include "config.h"
#include "store/models/split.h"

#define MAX_RUNS 8
#define GAP_SHARE 0.1          /* of a sequence's frames may be lost to gaps before it gets a further val stretch */
#define MIN_TRAIN_SHARE 0.5    /* fewer left to train on: no val */

/* One sequence at work: items first .. first + n of the array, and what is decided for it. */
typedef struct {
  LwSplitItem *items;
  guint n;
  const LwSplitItem *trained;
  guint n_trained;
  guint segment, gap;
  gboolean done;               /* has its val frames */
} Part;

static guint
distance (guint a, guint b)
{
  return a > b ? a - b : b - a;
}

/* Nearer than @gap + 1 to one of @others: both are sorted by rank. */
static gboolean
is_near (guint rank, const LwSplitItem *others, guint n_others, guint gap)
{
  guint low = 0, high = n_others;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (others[middle].rank < rank)
        low = middle + 1;
      else
        high = middle;
    }
  return (low < n_others && distance (others[low].rank, rank) <= gap) || (low > 0 && distance (others[low - 1].rank, rank) <= gap);
}

/* A second of video; of pictures without a time the twentieth part, since nobody can tell how fast they follow one another. */
static guint
choose_segment (const LwSequence *sequence)
{
  if (sequence->rate > 0)
    return (guint) CLAMP (sequence->rate + 0.999, 1, 1000);
  return CLAMP ((sequence->n_ranks + 19) / 20, 4, 50);
}

/* ---- val stretches within one sequence ---- */

typedef struct { guint first, n; } Run;

/* The longest stretch of items from @from to @to that may be val, at most @wanted long; several of the full length: one of them by chance,
 * at the ends only where @at_ends, since a stretch there needs one gap instead of two. */
static Run
find_run (const gboolean *may, guint from, guint to, guint wanted, gboolean at_ends, GRand *rand)
{
  g_autoptr(GArray) starts = g_array_new (FALSE, FALSE, sizeof (guint));
  Run longest = { from, 0 };
  for (guint i = from, length = 0; i < to; i++)
    {
      length = may[i] ? length + 1 : 0;
      guint first = i + 1 - MIN (length, wanted);
      if (MIN (length, wanted) > longest.n)
        longest = (Run) { first, MIN (length, wanted) };
      if (length >= wanted && (!at_ends || first == from || i + 1 == to))
        g_array_append_val (starts, first);
    }
  if (starts->len > 0)
    return (Run) { g_array_index (starts, guint, g_rand_int_range (rand, 0, (gint32) starts->len)), wanted };
  return longest;
}

static guint
count_train (const Part *part)
{
  guint n = 0;
  for (guint i = 0; i < part->n; i++)
    n += part->items[i].split == LW_SPLIT_TRAIN && !part->items[i].left_out;
  return n;
}

static void
all_train (Part *part)
{
  for (guint i = 0; i < part->n; i++)
    {
      part->items[i].split = LW_SPLIT_TRAIN;
      part->items[i].left_out = FALSE;
    }
}

/* What trains must lie further than the gap from every val frame. */
static void
leave_out_near (Part *part)
{
  g_autoptr(GArray) val = g_array_new (FALSE, FALSE, sizeof (LwSplitItem));
  for (guint i = 0; i < part->n; i++)
    if (part->items[i].split == LW_SPLIT_VAL)
      g_array_append_val (val, part->items[i]);
  for (guint i = 0; i < part->n; i++)
    if (part->items[i].split == LW_SPLIT_TRAIN)
      part->items[i].left_out = is_near (part->items[i].rank, (LwSplitItem *) val->data, val->len, part->gap);
}

static void
split_part (Part *part, double fraction, GRand *rand)
{
  guint target = (guint) (fraction * part->n + 0.5);
  guint runs = (guint) (GAP_SHARE * part->n / (2 * MAX (part->gap, 1)));
  runs = CLAMP (MIN (runs, target / MAX (part->segment, 1)), 1, MAX_RUNS);
  guint length = MAX (target / runs, part->segment);
  g_autofree gboolean *may = g_new0 (gboolean, part->n + 1);
  for (guint i = 0; i < part->n; i++)
    may[i] = !is_near (part->items[i].rank, part->trained, part->n_trained, part->gap);
  for (guint r = 0; r < runs; r++)
    {
      Run run = find_run (may, part->n * r / runs, part->n * (r + 1) / runs, length, runs == 1, rand);
      for (guint i = run.first; i < run.first + run.n; i++)
        part->items[i].split = LW_SPLIT_VAL;
      part->done |= run.n > 0;
    }
  leave_out_near (part);
  if (part->done && count_train (part) >= MIN_TRAIN_SHARE * part->n)
    return;
  part->done = FALSE;
  all_train (part);
}

/* ---- whole sequences as val ---- */

/* Of the sequences too short to be cut, some become val as they are. */
static void
split_whole (GPtrArray *parts, double fraction, GRand *rand)
{
  guint n = 0, taken = 0;
  for (guint i = 0; i < parts->len; i++)
    n += ((Part *) parts->pdata[i])->n;
  double target = fraction * n;
  for (guint i = parts->len; i > 1; i--)
    {
      guint j = (guint) g_rand_int_range (rand, 0, (gint32) i);
      gpointer swapped = parts->pdata[i - 1];
      parts->pdata[i - 1] = parts->pdata[j];
      parts->pdata[j] = swapped;
    }
  for (guint i = 0; i < parts->len; i++)
    {
      Part *part = parts->pdata[i];
      if (part->n_trained > 0 || taken + part->n > target + part->n / 2.0)
        continue;
      taken += part->n;
      for (guint k = 0; k < part->n; k++)
        part->items[k].split = LW_SPLIT_VAL;
      part->done = TRUE;
    }
}

/* ---- all ---- */

static GArray *
make_parts (GArray *items, GArray *trained, GArray *sequences, const LwSplitOptions *options)
{
  GArray *parts = g_array_new (FALSE, TRUE, sizeof (Part));
  guint t = 0;
  for (guint i = 0, end; i < items->len; i = end)
    {
      LwSplitItem *first = &g_array_index (items, LwSplitItem, i);
      for (end = i; end < items->len && g_array_index (items, LwSplitItem, end).sequence == first->sequence; end++)
        ;
      while (t < trained->len && g_array_index (trained, LwSplitItem, t).sequence < first->sequence)
        t++;
      guint t_end = t;
      while (t_end < trained->len && g_array_index (trained, LwSplitItem, t_end).sequence == first->sequence)
        t_end++;
      guint segment = options->segment > 0 ? options->segment : choose_segment (&g_array_index (sequences, LwSequence, first->sequence));
      Part part = { .items = first, .n = end - i, .trained = &g_array_index (trained, LwSplitItem, t), .n_trained = t_end - t, .segment = segment,
                    .gap = options->gap > 0 ? options->gap : segment };
      g_array_append_val (parts, part);
    }
  return parts;
}

static void
measure (GArray *parts, LwSplitResult *result)
{
  *result = (LwSplitResult) { 0 };
  for (guint p = 0; p < parts->len; p++)
    {
      const Part *part = &g_array_index (parts, Part, p);
      guint n_train = count_train (part);
      result->n_train += n_train;
      for (guint i = 0; i < part->n; i++)
        result->n_val += part->items[i].split == LW_SPLIT_VAL;
      result->segment = p == 0 ? part->segment : MIN (result->segment, part->segment);
      result->gap = p == 0 ? part->gap : MIN (result->gap, part->gap);
    }
}

void
lw_split (GArray *items, GArray *trained, GArray *sequences, const LwSplitOptions *options, LwSplitResult *result)
{
  double fraction = options->val_fraction > 0 && options->val_fraction < 1 ? options->val_fraction : 0.25;
  guint32 seed[2] = { (guint32) options->seed, (guint32) (options->seed >> 32) };
  GRand *rand = g_rand_new_with_seed_array (seed, 2);
  g_autoptr(GArray) parts = make_parts (items, trained, sequences, options);
  g_autoptr(GPtrArray) short_parts = g_ptr_array_new ();
  for (guint p = 0; p < parts->len; p++)
    {
      Part *part = &g_array_index (parts, Part, p);
      all_train (part);
      split_part (part, fraction, rand);
      if (!part->done)
        g_ptr_array_add (short_parts, part);
    }
  if (short_parts->len > 1 || short_parts->len < parts->len)
    split_whole (short_parts, fraction, rand);
  g_rand_free (rand);
  measure (parts, result);
  if (result->n_val > 0 && result->n_train >= MIN_TRAIN_SHARE * items->len)
    return;
  for (guint p = 0; p < parts->len; p++)
    all_train (&g_array_index (parts, Part, p));
  measure (parts, result);
}
