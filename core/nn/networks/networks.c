/* networks.c: the networks by name */
#include "config.h"
#include "networks.h"

typedef struct {
  const char *name;
  LwGraph *(*build) (const LwNetworkOptions *options);
  LwNetworkInput input;
} Network;

#define LW_NETWORK(function, architecture, input) { architecture, function, input },
static const Network networks[] = {
#include "list.h"
};

static const Network *
find (const char *architecture)
{
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    if (g_str_equal (networks[i].name, architecture))
      return &networks[i];
  return NULL;
}

LwGraph *
lw_network_new (const char *architecture, const LwNetworkOptions *options)
{
  const Network *network = find (architecture);

  return network != NULL ? network->build (options) : NULL;
}

LwNetworkInput
lw_network_input (const char *architecture)
{
  const Network *network = find (architecture);

  return network != NULL ? network->input : LW_INPUT_IMAGENET;
}

const char *const *
lw_network_names (void)
{
  static const char *names[G_N_ELEMENTS (networks) + 1];

  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    names[i] = networks[i].name;
  return names;
}
