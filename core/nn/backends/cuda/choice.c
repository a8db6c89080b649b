/* choice.c: which of cuDNN's plans runs a convolution: the fastest of a few, measured on the plan's own memory, once in the life of the device */
#include "config.h"
#include "choice.h"
#include "device.h"
#include <math.h>
#include <glib/gi18n-lib.h>

#define CANDIDATES 8
#define FUSED_CANDIDATES 3      /* these are compiled when they are asked for, which takes some tenths of a second each */
#define RUNS 3
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

LwConvChoice *
lw_conv_choice_get (LwDevice *device, const LwConvShape *shape, gboolean deterministic, GError **error)
{
  g_autofree char *key = dup_key (shape, deterministic);
  LwConvChoice *choice = g_hash_table_lookup (device->choices, key);
  LwConvRules rules = LW_CONV_DETERMINISTIC | (shape->type == LW_CUDA_F32 ? LW_CONV_STRICT : 0);
  gboolean fused = shape->pass == LW_CONV_FORWARD_BIAS || shape->pass == LW_CONV_FORWARD_BIAS_RELU;
  GPtrArray *codes;

  if (choice != NULL)
    return choice;
  codes = lw_conv_codes_new (&device->cudnn, shape, rules, MAX_WORKSPACE, deterministic ? 1 : fused ? FUSED_CANDIDATES : CANDIDATES, error);
  if (codes == NULL)
    return NULL;
  choice = g_new0 (LwConvChoice, 1);
  *choice = (LwConvChoice) { codes, deterministic || codes->len == 0 ? 0 : -1, INFINITY };
  g_hash_table_insert (device->choices, g_steal_pointer (&key), choice);
  return choice;
}

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
      if (lw_conv_code_run (&device->cudnn, code, p->x, p->w, p->bias, p->y, workspace) != CUDNN_STATUS_SUCCESS
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
