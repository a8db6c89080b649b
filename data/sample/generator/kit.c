/* kit.c: the textures that many things share */
#include "config.h"
#include "models.h"

Kit *
kit_new (Random *random)
{
  Kit *kit = g_new0 (Kit, 1);
  kit->fronts = g_ptr_array_new_with_free_func ((GDestroyNotify) texture_free);
  house_paint_kit (kit, random);
  tree_paint_kit (kit, random);
  furniture_paint_kit (kit, random);
  return kit;
}

static void
free_all (Texture **textures, int n)
{
  for (int i = 0; i < n; i++)
    texture_free (textures[i]);
}

void
kit_free (Kit *kit)
{
  free_all (kit->walls, 4);
  free_all (kit->roofs, 2);
  free_all (kit->leaves, 3);
  free_all (kit->twigs, 3);
  free_all (kit->signs, 6);
  Texture *single[] = { kit->needles, kit->hedge, kit->railing, kit->planks, kit->blob, kit->crown };
  free_all (single, G_N_ELEMENTS (single));
  g_ptr_array_unref (kit->fronts);
  g_free (kit);
}
