/* choice.c: which of cuDNN's plans runs a convolution: the fastest of a few, measured on the plan's own memory, once in the life of the device */
#include "config.h"
#include "choice.h"
#include "device.h"
#include <math.h>
#include <glib/gi18n-lib.h>

#define CANDIDATES 8
#define FUSED_CANDIDATES 3      /* these are compiled when they are asked for, which takes some tenths of a second each */
#define RUNS 3
#define MAX_HELPERS 8           /* threads */
#define MAX_WORKSPACE ((gsize) 256 << 20)       /* bytes */

void
lw_conv_choice_free (LwConvChoice *choice)
{
  g_ptr_array_unref (choice->codes);
  g_free (choice);
}

static char *
dup_key (const LwConvShape *s, gboolean deterministic)
{
  return g_strdup_printf ("%d %d>%d n%d %dx%dx%d %dx%dx%d k%d s%d p%d%s", s->pass, s->type, s->out_type, s->n, s->c, s->h, s->w, s->k, s->out_h, s->out_w, s->kernel,
                          s->stride, s->pad, deterministic ? " d" : "");
}

static GPtrArray *
compile (cudnnHandle_t cudnn, const LwConvShape *shape, gboolean deterministic, GError **error)
{
  LwConvRules rules = LW_CONV_DETERMINISTIC | (shape->type == LW_CUDA_F32 ? LW_CONV_STRICT : 0);
  gboolean fused = shape->pass == LW_CONV_FORWARD_BIAS || shape->pass == LW_CONV_FORWARD_BIAS_RELU;

  return lw_conv_codes_new (cudnn, shape, rules, MAX_WORKSPACE, deterministic ? 1 : fused ? FUSED_CANDIDATES : CANDIDATES, error);
}

/* Takes @key and @codes. */
static LwConvChoice *
keep (LwDevice *device, char *key, GPtrArray *codes, gboolean deterministic)
{
  LwConvChoice *choice = g_new (LwConvChoice, 1);

  *choice = (LwConvChoice) { codes, deterministic || codes->len == 0 ? 0 : -1, INFINITY };
  g_hash_table_insert (device->choices, key, choice);
  return choice;
}

LwConvChoice *
lw_conv_choice_get (LwDevice *device, const LwConvShape *shape, gboolean deterministic, GError **error)
{
  g_autofree char *key = dup_key (shape, deterministic);
  LwConvChoice *choice = g_hash_table_lookup (device->choices, key);
  GPtrArray *codes;

  if (choice != NULL)
    return choice;
  codes = compile (device->cudnn, shape, deterministic, error);
  return codes != NULL ? keep (device, g_steal_pointer (&key), codes, deterministic) : NULL;
}

/* ---- many at once ---- */

typedef struct {
  const LwDevice *device;
  GPtrArray *shapes, *keys;    /* what is not there yet */
  GPtrArray **codes;           /* of each; NULL: it failed, and will fail again where it is needed */
  gboolean deterministic;
  gint next;                   /* atomic */
} Work;

typedef struct { Work *work; cudnnHandle_t handle; } Helper;

static gpointer
help_cb (gpointer data)
{
  const Helper *helper = data;
  Work *work = helper->work;
  gint i;

  if (cudaSetDevice (work->device->number) == cudaSuccess)
    while ((i = g_atomic_int_add (&work->next, 1)) < (gint) work->shapes->len)
      work->codes[i] = compile (helper->handle, work->shapes->pdata[i], work->deterministic, NULL);
  return NULL;
}

/* A library's handle must not be used on two threads. */
static cudnnHandle_t
helper_handle (LwDevice *device, guint i)
{
  cudnnHandle_t handle = NULL;

  if (i < device->helpers->len)
    return device->helpers->pdata[i];
  if (cudnnCreate (&handle) != CUDNN_STATUS_SUCCESS)
    return NULL;
  g_ptr_array_add (device->helpers, handle);
  return handle;
}

static guint
count_helpers (const Work *work)
{
  const char *wanted = g_getenv ("LABELWRIGHT_CUDA_COMPILE_THREADS");
  guint most = wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : MIN (MAX_HELPERS, g_get_num_processors ());

  return MIN (most, work->shapes->len);
}

static void
share_out (LwDevice *device, Work *work)
{
  guint n = count_helpers (work);
  g_autofree Helper *helpers = g_new0 (Helper, n + 1);
  g_autofree GThread **threads = g_new0 (GThread *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      helpers[i] = (Helper) { work, helper_handle (device, i) };
      if (helpers[i].handle != NULL)
        threads[i] = g_thread_new ("cudnn-compile", help_cb, &helpers[i]);
    }
  for (guint i = 0; i < n; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
}

void
lw_conv_choices_prepare (LwDevice *device, const GArray *shapes, gboolean deterministic)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  Work work = { device, g_ptr_array_new (), g_ptr_array_new (), NULL, deterministic, 0 };

  for (guint i = 0; i < shapes->len; i++)
    {
      char *key = dup_key (&g_array_index (shapes, LwConvShape, i), deterministic);

      if (g_hash_table_contains (device->choices, key) || g_hash_table_contains (seen, key))
        {
          g_free (key);
          continue;
        }
      g_hash_table_add (seen, key);
      g_ptr_array_add (work.keys, key);
      g_ptr_array_add (work.shapes, &g_array_index (shapes, LwConvShape, i));
    }
  work.codes = g_new0 (GPtrArray *, work.shapes->len + 1);
  share_out (device, &work);
  for (guint i = 0; i < work.shapes->len; i++)
    if (work.codes[i] != NULL)
      keep (device, work.keys->pdata[i], work.codes[i], deterministic);
    else
      g_free (work.keys->pdata[i]);
  g_free (work.codes);
  g_ptr_array_unref (work.shapes);
  g_ptr_array_unref (work.keys);
}

/* ---- choosing ---- */

gsize
lw_conv_choice_workspace (const LwConvChoice *choice)
{
  gsize bytes = 0;

  for (guint i = 0; i < choice->codes->len; i++)
    if (choice->chosen < 0 || choice->chosen == (int) i)
      bytes = MAX (bytes, ((const LwConvCode *) choice->codes->pdata[i])->workspace);
  return bytes;
}

/* Milliseconds, the best of a few; infinity: it doesn't run. */
static float
measure (LwDevice *device, const LwConvCode *code, const LwConvPointers *p, void *workspace, cudaEvent_t start, cudaEvent_t end)
{
  float best = INFINITY, ms;

  for (int i = 0; i <= RUNS; i++)       /* the first one only warms up */
    {
      cudaEventRecord (start, device->stream);
      if (lw_conv_code_run (device->cudnn, code, p->x, p->w, p->bias, p->y, workspace) != CUDNN_STATUS_SUCCESS
          || cudaEventRecord (end, device->stream) != cudaSuccess || cudaEventSynchronize (end) != cudaSuccess
          || cudaEventElapsedTime (&ms, start, end) != cudaSuccess)
        return INFINITY;
      if (i > 0)
        best = MIN (best, ms);
    }
  return best;
}

gboolean
lw_conv_choice_decide (LwDevice *device, LwConvChoice *choice, const LwConvPointers *pointers, void *workspace, GError **error)
{
  gboolean tell = g_getenv ("LABELWRIGHT_CUDA_CHOICES") != NULL;
  cudaEvent_t start = NULL, end = NULL;
  float best = INFINITY;

  if (choice->chosen >= 0)
    return TRUE;
  choice->chosen = 0;
  if (!lw_cuda_check (cudaEventCreate (&start), _("Measuring"), error) || !lw_cuda_check (cudaEventCreate (&end), _("Measuring"), error))
    return FALSE;
  for (guint i = 0; i < choice->codes->len; i++)
    {
      const LwConvCode *code = choice->codes->pdata[i];
      float ms = measure (device, code, pointers, workspace, start, end);

      if (ms < best)
        {
          best = ms;
          choice->chosen = (int) i;
        }
      if (tell)
        {
          g_autofree char *key = dup_key (&code->shape, FALSE);

          g_printerr ("%s: %u %s %.4f ms, workspace %" G_GSIZE_FORMAT "\n", key, i, code->name, (double) ms, code->workspace);
        }
    }
  choice->ms = best;
  cudaEventDestroy (start);
  cudaEventDestroy (end);
  return isfinite (best) || lw_net_fail (error, LW_NET_ERROR_DEVICE, _("None of cuDNN’s ways to compute a convolution runs on this GPU"));
}
