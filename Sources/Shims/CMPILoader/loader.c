#include "cmpi.h"
#include <dlfcn.h>
#include <stdio.h>

static _Thread_local char message[1024];

static const char *failure(const char *what) {
  const char *reason = dlerror();
  snprintf(message, sizeof message, "%s: %s", what, reason ? reason : "unknown reason");
  return message;
}

const char *cm_open(const char *plugin, const cm_api **api) {
  // MPI libraries open parts of themselves, which look for their symbols among the global ones.
  void *handle = dlopen(plugin, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) return failure(plugin);
  const cm_api *(*table)(void) = (const cm_api *(*)(void))dlsym(handle, "cm_table");
  if (!table) return failure(plugin);
  *api = table();
  if ((*api)->layout != CM_LAYOUT) {
    snprintf(message, sizeof message, "%s was made for another version of this program", plugin);
    return message;
  }
  return NULL;
}
