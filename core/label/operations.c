/* operations.c: changes of a whole label map, or of one class in it */
#include "config.h"
#include "label/operations-private.h"

static void
grow_or_shrink (LwLabelMap *map, const LwLabelOperation *operation)
{
  gboolean of_class[256] = { FALSE }, others[256];
  of_class[operation->class_id] = TRUE;
  for (int i = 0; i < 256; i++)
    others[i] = !of_class[i];
  if (operation->kind == LW_LABEL_OPERATION_GROW)
    lw_label_operation_spread (map, of_class, others, operation->radius);
  else
    lw_label_operation_spread (map, others, of_class, operation->radius);
}

static guint
remove_specks (LwLabelMap *map, const LwLabelOperation *operation)
{
  gboolean small[256] = { FALSE };
  for (int i = 0; i < LW_LABEL_NONE; i++)
    small[i] = operation->class_id == LW_LABEL_OPERATION_EVERY_CLASS || operation->class_id == i;
  return lw_label_operation_absorb (map, small, operation->size);
}

static guint
fill_holes (LwLabelMap *map, const LwLabelOperation *operation)
{
  gboolean unlabelled[256] = { [LW_LABEL_NONE] = TRUE };
  if (operation->class_id == LW_LABEL_OPERATION_EVERY_CLASS)
    return lw_label_operation_absorb (map, unlabelled, operation->size);
  return lw_label_operation_fill_holes (map, (guint8) operation->class_id, operation->size);
}

static void
replace (LwLabelMap *map, const LwLabelOperation *operation)
{
  guint8 table[256];
  for (int i = 0; i < 256; i++)
    table[i] = i == operation->class_id ? operation->with : (guint8) i;
  lw_label_map_remap (map, table);
}

LwLabelMap *
lw_label_operation_run (const LwLabelMap *map, const LwLabelOperation *operation, guint *n_regions)
{
  gboolean of_every_class = operation->kind == LW_LABEL_OPERATION_SMOOTH || operation->kind == LW_LABEL_OPERATION_REMOVE_SPECKS ||
                            operation->kind == LW_LABEL_OPERATION_FILL_HOLES;
  g_return_val_if_fail (operation->class_id >= (of_every_class ? LW_LABEL_OPERATION_EVERY_CLASS : 0) && operation->class_id < LW_LABEL_NONE, NULL);
  g_return_val_if_fail (operation->radius >= 0 && operation->radius <= LW_LABEL_OPERATION_RADIUS_MAX, NULL);

  LwLabelMap *result = lw_label_map_copy (map);
  guint n = 0;
  switch (operation->kind)
    {
    case LW_LABEL_OPERATION_GROW:
    case LW_LABEL_OPERATION_SHRINK: grow_or_shrink (result, operation); break;
    case LW_LABEL_OPERATION_SMOOTH: lw_label_operation_smooth (result, operation->class_id, operation->radius); break;
    case LW_LABEL_OPERATION_REMOVE_SPECKS: n = remove_specks (result, operation); break;
    case LW_LABEL_OPERATION_FILL_HOLES: n = fill_holes (result, operation); break;
    case LW_LABEL_OPERATION_REPLACE: replace (result, operation); break;
    default: g_assert_not_reached ();
    }
  if (n_regions != NULL)
    *n_regions = n;
  return result;
}
