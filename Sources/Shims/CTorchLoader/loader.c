#define _GNU_SOURCE
#include "ctorch.h"
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static _Thread_local char message[1024];

static const char *failure(const char *what) {
  const char *reason = dlerror();
  snprintf(message, sizeof message, "%s: %s", what, reason ? reason : "unknown reason");
  return message;
}

// libtorch's symbols must be global: the plugin names no library and resolves against them.
static void *open_library(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (access(path, R_OK) != 0) return NULL;
  return dlopen(path, RTLD_NOW | RTLD_GLOBAL);
}

const char *ct_open(const char *folder, const char *plugin, const ct_api **api) {
  if (!open_library(folder, "libtorch_cpu.so")) return failure(folder);
  // Loading it registers the CUDA kernels; a CPU-only torch has none, a broken one is not used.
  open_library(folder, "libtorch_cuda.so");
  dlerror();
  void *handle = dlopen(plugin, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return failure(plugin);
  const ct_api *(*table)(void) = (const ct_api *(*)(void))dlsym(handle, "ct_table");
  if (!table) return failure(plugin);
  *api = table();
  if ((*api)->layout != CT_LAYOUT) {
    snprintf(message, sizeof message, "%s was made for another version of this program", plugin);
    return message;
  }
  return NULL;
}
