/* choice.h: which of cuDNN's plans runs a convolution */
#pragma once
#include "device.h"

/* The plans that can run one convolution, and which of them does. Lives as long as the device. */
typedef struct {
  GPtrArray *codes;            /* of LwConvCode; empty: cuDNN can't do it */
  int chosen;                  /* -1: not decided yet */
  float ms;                    /* of the chosen one; infinity: not measured */
} LwConvChoice;

/* The operands of a convolution as they will be, for measuring. */
typedef struct { void *x, *w, *bias, *y; } LwConvPointers;

void lw_conv_choice_free (LwConvChoice *choice);
/* What there is for @shape; compiled when the shape is met first. @deterministic: always the same plan, unmeasured. NULL with an error: cuDNN failed. */
LwConvChoice *lw_conv_choice_get (LwDevice *device, const LwConvShape *shape, gboolean deterministic, GError **error);
/* Compiles what there is for all of @shapes (of LwConvShape) on several threads, for lw_conv_choice_get to find. */
void lw_conv_choices_prepare (LwDevice *device, const GArray *shapes, gboolean deterministic);
/* Measures and chooses, if that has not been done. */
gboolean lw_conv_choice_decide (LwDevice *device, LwConvChoice *choice, const LwConvPointers *pointers, void *workspace, GError **error);

static inline const LwConvCode *
lw_conv_choice_code (const LwConvChoice *choice)
{
  return choice->codes->pdata[MAX (choice->chosen, 0)];
}

/* Bytes that measuring may need. */
gsize lw_conv_choice_workspace (const LwConvChoice *choice);
