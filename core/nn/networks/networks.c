/* networks.c: the networks by name */
#include "config.h"
#include "networks.h"

static const struct {
  const char *name;
  LwGraph *(*build) (const LwNetworkOptions *options);
} networks[] = {
  { "fcn8s", lw_fcn8s },
  { "fcn8s-lite", lw_fcn8s_lite },
};

LwGraph *
lw_network_new (const char *architecture, const LwNetworkOptions *options)
{
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    if (g_str_equal (networks[i].name, architecture))
      return networks[i].build (options);
  return NULL;
}

const char *const *
lw_network_names (void)
{
  static const char *names[G_N_ELEMENTS (networks) + 1];

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    names[i] = networks[i].name;
  return names;
}
