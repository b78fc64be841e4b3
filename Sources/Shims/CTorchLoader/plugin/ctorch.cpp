// The only file that sees torch. Each function of `ct_api` is a line or two around libtorch; no
// exception leaves it. Headers per operator: including torch/torch.h costs four times the time.
#include "../include/ctorch.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/var_mean.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {
thread_local int64_t handed_out = 0;
}

struct ct_tensor_s {
  at::Tensor t;
  explicit ct_tensor_s(at::Tensor tensor) : t(std::move(tensor)) { ++handed_out; }
  ~ct_tensor_s() { --handed_out; }
};

namespace {

thread_local std::string error_text;

void remember(const char *text) noexcept {
  try {
    error_text = text;
  } catch (...) {
  }
}

// Whoever computes holds it: an operation has all cores anyway, and where threads computed side by
// side, libtorch 2.13 gave wrong values in one of a hundred short trainings. No mutex, as a gradient's
// thread may be another than the one that asks for it.
std::binary_semaphore turn{1};

struct Turn {
  Turn() { turn.acquire(); }
  ~Turn() { turn.release(); }
};

template <class Body> int guarded(Body &&body) noexcept {
  try {
    Turn mine;
    body();
    return CT_OK;
  } catch (const c10::OutOfMemoryError &error) {
    remember(error.what_without_backtrace());
    return CT_OUT_OF_MEMORY;
  } catch (const std::bad_alloc &error) {
    remember(error.what());
    return CT_OUT_OF_MEMORY;
  } catch (const c10::Error &error) {
    remember(error.what_without_backtrace());
    return CT_TORCH_ERROR;
  } catch (const std::exception &error) {
    remember(error.what());
    return CT_OTHER_ERROR;
  } catch (...) {
    remember("unknown C++ exception");
    return CT_OTHER_ERROR;
  }
}

template <class Body> int making(ct_tensor *out, Body &&body) noexcept {
  return guarded([&] { *out = new ct_tensor_s{body()}; });
}

std::vector<at::Tensor> list(const ct_tensor *tensors, int count) {
  std::vector<at::Tensor> values;
  values.reserve(count);
  for (int i = 0; i < count; ++i) values.push_back(tensors[i]->t);
  return values;
}

std::vector<at::Tensor> gradients(const std::vector<at::Tensor> &parameters) {
  std::vector<at::Tensor> values;
  values.reserve(parameters.size());
  for (const auto &parameter : parameters) {
    TORCH_CHECK(parameter.grad().defined(), "a parameter took no part in the loss");
    values.push_back(parameter.grad());
  }
  return values;
}

at::Device device_of(int device) {
  if (device == CT_CPU) return at::Device(at::kCPU);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
}

// MARK: Many processes

// How this process's part of a batch becomes the whole.
struct Summation {
  ct_sum function = nullptr;
  void *context = nullptr;

  // Within an operation; while it waits for the others, other threads may compute.
  void add_up(std::vector<double> &values) const {
    turn.release();
    const int code = function(context, values.data(), static_cast<int64_t>(values.size()));
    turn.acquire();
    if (code != 0) throw std::runtime_error("the other processes could not be reached");
  }
};

thread_local Summation summation;

std::vector<double> doubles(const at::Tensor &x) {
  auto values = x.detach().to(at::kCPU, at::kDouble).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

at::Tensor floats(const std::vector<double> &values, size_t first, size_t count,
                  const at::Tensor &like) {
  return at::tensor(at::ArrayRef<double>(values.data() + first, count), at::kDouble)
      .to(like.device(), at::kFloat);
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct SumOfAll : torch::autograd::Function<SumOfAll> {
  static at::Tensor forward(AutogradContext *, const at::Tensor &x, const Summation &ranks) {
    auto values = doubles(x);
    ranks.add_up(values);
    return floats(values, 0, values.size(), x).view(x.sizes());
  }
  static variable_list backward(AutogradContext *, const variable_list &slopes) {
    return {slopes[0], {}};
  }
};

// Batch normalisation over all processes' parts of a batch. With m and v the mean and variance of n
// values of a channel, u = (x - m) / sqrt(v + e), y = w u + b, and sums over the whole batch,
//
//     dL/dx = w / sqrt(v + e) (dL/dy - sum(dL/dy) / n - u sum(u dL/dy) / n)
//
// (Ioffe & Szegedy 2015, section 3). libtorch's own kernels do what is local: normalising by given
// m and v, its gradient, and the two sums, which are also the gradients of b and w.
struct BatchNormOfAll : torch::autograd::Function<BatchNormOfAll> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
                            const at::Tensor &bias, const at::Tensor &running_mean,
                            const at::Tensor &running_variance, double momentum, double epsilon,
                            const Summation &ranks) {
    std::vector<int64_t> others{0};
    for (int64_t axis = 2; axis < x.dim(); ++axis) others.push_back(axis);
    const size_t channels = static_cast<size_t>(x.size(1));
    const double own = static_cast<double>(x.numel() / x.size(1));
    auto [own_variance, own_mean] = at::var_mean(x.to(at::kFloat), at::OptionalIntArrayRef(others),
                                                 at::Scalar(0), /*keepdim=*/false);
    const auto means = doubles(own_mean), variances = doubles(own_variance);
    // n, n m and n (v + m m) of each part add up; in 64 bits nothing is lost by the difference.
    std::vector<double> sums(1 + 2 * channels, own);
    for (size_t c = 0; c < channels; ++c) {
      sums[1 + c] = own * means[c];
      sums[1 + channels + c] = own * (variances[c] + means[c] * means[c]);
    }
    ranks.add_up(sums);
    const double count = sums[0];
    for (size_t c = 0; c < channels; ++c) {
      sums[1 + c] /= count;
      sums[1 + channels + c] =
          std::max(sums[1 + channels + c] / count - sums[1 + c] * sums[1 + c], 0.0);
    }
    auto mean = floats(sums, 1, channels, running_mean);
    auto variance = floats(sums, 1 + channels, channels, running_mean);
    running_mean.lerp_(mean, momentum);
    running_variance.lerp_(variance * (count / std::max(count - 1, 1.0)), momentum);
    context->save_for_backward({x, weight, mean, variance});
    context->saved_data["count"] = count;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["function"] = reinterpret_cast<int64_t>(ranks.function);
    context->saved_data["context"] = reinterpret_cast<int64_t>(ranks.context);
    return std::get<0>(
        at::native_batch_norm(x, weight, bias, mean, variance, /*training=*/false, 0, epsilon));
  }

  static variable_list backward(AutogradContext *context, const variable_list &slopes) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double count = context->saved_data["count"].toDouble();
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const Summation ranks{reinterpret_cast<ct_sum>(context->saved_data["function"].toInt()),
                          reinterpret_cast<void *>(context->saved_data["context"].toInt())};
    auto [slope, of_weight, of_bias] =
        at::native_batch_norm_backward(slopes[0].contiguous(x.suggest_memory_format()), x, weight,
                                       mean, variance, {}, {}, /*train=*/false, epsilon,
                                       {true, true, true});
    auto sums = doubles(of_weight);
    const auto more = doubles(of_bias);
    sums.insert(sums.end(), more.begin(), more.end());
    ranks.add_up(sums);
    auto scale = at::rsqrt(variance + epsilon);
    auto share = weight * scale / count;
    auto factor = -share * scale * floats(sums, 0, more.size(), weight);
    auto offset = -share * floats(sums, more.size(), more.size(), weight) - factor * mean;
    std::vector<int64_t> shape(x.dim(), 1);
    shape[1] = x.size(1);
    auto whole = at::addcmul(slope.to(at::kFloat), x.to(at::kFloat), factor.view(shape));
    whole.add_(offset.view(shape));
    return {whole.to(slope.scalar_type()), of_weight, of_bias, {}, {}, {}, {}, {}};
  }
};

// MARK: The engine

const char *last_error() { return error_text.c_str(); }

const char *torch_version() { return TORCH_VERSION; }

int cuda_device_count() {
  int count = 0;
  guarded([&] {
    if (at::globalContext().hasCUDA())
      count = static_cast<int>(at::globalContext().getAcceleratorHooksInterface().deviceCount());
  });
  return count;
}

int set_threads(int count) {
  return guarded([&] { at::set_num_threads(count); });
}

int manual_seed(uint64_t seed) {
  return guarded([&] { at::manual_seed(seed); });
}

int set_recording(int enabled, int *previous) {
  return guarded([&] {
    *previous = at::GradMode::is_enabled();
    at::GradMode::set_enabled(enabled != 0);
  });
}

// Whether convolutions on the CPU compute with bfloat16. libtorch's own switch leaves the general
// convolution out there.
thread_local bool bfloat16_on_cpu = false;

int cpu_multiplies_bfloat16() {
  // The kernel lists what both it and the processor can do.
  static const bool answer = [] {
    std::ifstream file("/proc/cpuinfo");
    for (std::string word; file >> word;)
      if (word == "amx_bf16") return true;
    return false;
  }();
  return answer;
}

int set_mixed_precision(int enabled) {
  return guarded([&] {
    // A cached copy of a weight would outlive the step that changes it, and each is used but once.
    at::autocast::set_autocast_cache_enabled(false);
    at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCUDA, enabled != 0);
    bfloat16_on_cpu = enabled != 0 && cpu_multiplies_bfloat16();
    at::globalContext().setBenchmarkCuDNN(enabled != 0);
  });
}

int set_summation(ct_sum function, void *context) {
  summation = {function, context};
  return CT_OK;
}

int64_t live_tensors() { return handed_out; }

// MARK: Making, reading, moving

int from_floats(const float *values, const int64_t *shape, int dimensions, int device,
                ct_tensor *out) {
  return making(out, [&] {
    // from_blob borrows; the copy below owns. The const is only cast away for that.
    auto borrowed = at::from_blob(const_cast<float *>(values),
                                  at::IntArrayRef(shape, static_cast<size_t>(dimensions)),
                                  at::TensorOptions().dtype(at::kFloat));
    auto layout = dimensions == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::ChannelsLast3d;
    // Of a single channel only the strides tell the layout, so they are asked for by name.
    if (device == CT_CPU && 4 <= dimensions && bfloat16_on_cpu)
      return at::empty(borrowed.sizes(), borrowed.options(), layout).copy_(borrowed);
    auto owned = borrowed.to(device_of(device), at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    return device == CT_CPU || dimensions < 4 ? owned : owned.contiguous(layout);
  });
}

int to_floats(ct_tensor x, float *values, int64_t count) {
  return guarded([&] {
    TORCH_CHECK(x->t.numel() == count, "a tensor of ", x->t.numel(), " values read as ", count);
    auto target = at::from_blob(values, x->t.sizes(), at::TensorOptions().dtype(at::kFloat));
    target.copy_(x->t.detach());
  });
}

int single_precision(ct_tensor x, ct_tensor *out) {
  return making(out, [&] { return x->t.to(at::kFloat); });
}

int zeros_like(ct_tensor x, ct_tensor *out) {
  return making(out, [&] { return at::zeros_like(x->t.detach()); });
}

int dimensions(ct_tensor x) { return static_cast<int>(x->t.dim()); }

int64_t extent(ct_tensor x, int dimension) {
  auto sizes = x->t.sizes();
  return static_cast<size_t>(dimension) < sizes.size() ? sizes[dimension] : 0;
}

int copy_(ct_tensor x, ct_tensor source) {
  return guarded([&] { x->t.copy_(source->t); });
}

void free_tensor(ct_tensor x) { delete x; }

// MARK: Arithmetic

int add(ct_tensor a, ct_tensor b, ct_tensor *out) {
  return making(out, [&] { return at::add(a->t, b->t); });
}

int multiply(ct_tensor a, ct_tensor b, ct_tensor *out) {
  return making(out, [&] { return at::mul(a->t, b->t); });
}

int divide(ct_tensor a, ct_tensor b, ct_tensor *out) {
  return making(out, [&] { return at::div(a->t, b->t); });
}

int affine(ct_tensor x, double scale, double shift, ct_tensor *out) {
  return making(out, [&] { return at::add(at::mul(x->t, scale), shift); });
}

int sum(ct_tensor x, ct_tensor *out) {
  return making(out, [&] { return at::sum(x->t); });
}

int sigmoid(ct_tensor x, ct_tensor *out) {
  return making(out, [&] { return at::sigmoid(x->t); });
}

int sums_of_all(const ct_tensor *tensors, int count, ct_tensor *outs) {
  return guarded([&] {
    auto values = list(tensors, count);
    if (summation.function) {
      auto sums = SumOfAll::apply(at::stack(values), summation);
      for (int i = 0; i < count; ++i) values[i] = sums.select(0, i);
    }
    for (int i = 0; i < count; ++i) outs[i] = new ct_tensor_s{values[i]};
  });
}

// MARK: Layers

int convolution(ct_tensor x, ct_tensor weight, ct_tensor bias, int spatial, int stride,
                int padding, int transposed, ct_tensor *out) {
  return making(out, [&] {
    const bool halves = bfloat16_on_cpu && x->t.is_cpu();
    auto operand = [&](ct_tensor y) { return halves ? y->t.to(at::kBFloat16) : y->t; };
    std::optional<at::Tensor> offset;
    if (bias) offset = operand(bias);
    std::vector<int64_t> strides(spatial, stride), paddings(spatial, padding), ones(spatial, 1),
        zeros(spatial, 0);
    return at::convolution(operand(x), operand(weight), offset, strides, paddings, ones, transposed != 0,
                           zeros, 1);
  });
}

int batch_norm(ct_tensor x, ct_tensor weight, ct_tensor bias, ct_tensor running_mean,
               ct_tensor running_variance, int training, double momentum, double epsilon,
               ct_tensor *out) {
  return making(out, [&] {
    if (training && summation.function)
      return BatchNormOfAll::apply(x->t, weight->t, bias->t, running_mean->t, running_variance->t,
                                   momentum, epsilon, summation);
    return at::batch_norm(x->t, weight->t, bias->t, running_mean->t, running_variance->t,
                          training != 0, momentum, epsilon, /*cudnn_enabled=*/true);
  });
}

int leaky_relu_(ct_tensor x, double slope) {
  return guarded([&] { at::leaky_relu_(x->t, slope); });
}

int max_pool(ct_tensor x, int spatial, int width, ct_tensor *out) {
  return making(out, [&] {
    std::vector<int64_t> widths(spatial, width);
    return spatial == 3 ? at::max_pool3d(x->t, widths, widths)
                        : at::max_pool2d(x->t, widths, widths);
  });
}

int cat(const ct_tensor *tensors, int count, int dimension, ct_tensor *out) {
  return making(out, [&] { return at::cat(list(tensors, count), dimension); });
}

int bce_with_logits_sum(ct_tensor logits, ct_tensor targets, ct_tensor weights, ct_tensor *out) {
  return making(out, [&] {
    return at::binary_cross_entropy_with_logits(logits->t, targets->t, weights->t, {},
                                                at::Reduction::Sum);
  });
}

// MARK: Gradients

int set_requires_gradient(ct_tensor x, int enabled) {
  return guarded([&] { x->t.set_requires_grad(enabled != 0); });
}

int backward(ct_tensor loss) {
  return guarded([&] { loss->t.backward(); });
}

int gradient(ct_tensor x, ct_tensor *out) {
  return making(out, [&] {
    TORCH_CHECK(x->t.grad().defined(), "the tensor has no gradient");
    return x->t.grad();
  });
}

int gradients_to_floats(const ct_tensor *tensors, int count, float *values, int64_t total) {
  return guarded([&] {
    at::NoGradGuard quiet;
    std::vector<at::Tensor> rows;
    for (const auto &slope : gradients(list(tensors, count))) rows.push_back(slope.reshape(-1));
    auto target = at::from_blob(values, {total}, at::TensorOptions().dtype(at::kFloat));
    target.copy_(at::cat(rows));
  });
}

int gradients_from_floats(const ct_tensor *tensors, int count, const float *values,
                          int64_t total) {
  return guarded([&] {
    at::NoGradGuard quiet;
    auto slopes = gradients(list(tensors, count));
    // from_blob borrows, and is only read; the copy to the device is one for all.
    auto source = at::from_blob(const_cast<float *>(values), {total},
                                at::TensorOptions().dtype(at::kFloat))
                      .to(slopes.at(0).device());
    int64_t first = 0;
    for (auto &slope : slopes) {
      slope.copy_(source.narrow(0, first, slope.numel()).view(slope.sizes()));
      first += slope.numel();
    }
    TORCH_CHECK(first == total, first, " gradients set from ", total, " values");
  });
}

int clear_gradients(const ct_tensor *tensors, int count) {
  return guarded([&] {
    for (int i = 0; i < count; ++i) tensors[i]->t.mutable_grad().reset();
  });
}

// MARK: Optimisation

int clip_gradients(const ct_tensor *parameters, int count, double limit, double *norm) {
  return guarded([&] {
    at::NoGradGuard quiet;
    auto slopes = gradients(list(parameters, count));
    *norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(slopes))).item<double>();
    if (*norm > limit) at::_foreach_mul_(slopes, limit / *norm);
  });
}

int adamw_(const ct_tensor *parameters, const ct_tensor *means, const ct_tensor *squares,
           int count, int64_t step, double rate, double beta1, double beta2, double decay,
           double epsilon) {
  return guarded([&] {
    at::NoGradGuard quiet;
    auto values = list(parameters, count);
    auto slopes = gradients(values);
    // The kernel only reads the counters, so one tensor can stand for all.
    std::vector<at::Tensor> steps(
        count, at::full({}, static_cast<double>(step), values.at(0).options().requires_grad(false)));
    at::_fused_adamw_(values, slopes, list(means, count), list(squares, count), {}, steps, rate,
                      beta1, beta2, decay, epsilon, /*amsgrad=*/false, /*maximize=*/false);
  });
}

int lerp_(const ct_tensor *tensors, const ct_tensor *targets, int count, double share) {
  return guarded([&] {
    at::NoGradGuard quiet;
    at::_foreach_lerp_(list(tensors, count), list(targets, count), share);
  });
}

const ct_api table = {
    CT_LAYOUT,
    last_error,
    torch_version,
    cuda_device_count,
    set_threads,
    manual_seed,
    set_recording,
    cpu_multiplies_bfloat16,
    set_mixed_precision,
    set_summation,
    live_tensors,
    from_floats,
    to_floats,
    single_precision,
    zeros_like,
    dimensions,
    extent,
    copy_,
    free_tensor,
    add,
    multiply,
    divide,
    affine,
    sum,
    sigmoid,
    sums_of_all,
    convolution,
    batch_norm,
    leaky_relu_,
    max_pool,
    cat,
    bce_with_logits_sum,
    set_requires_gradient,
    backward,
    gradient,
    gradients_to_floats,
    gradients_from_floats,
    clear_gradients,
    clip_gradients,
    adamw_,
    lerp_,
};

} // namespace

extern "C" __attribute__((visibility("default"))) const ct_api *ct_table() { return &table; }
