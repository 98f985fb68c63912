/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;
import org.tminus.predictor.Complexity;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * A platform without computation: class 0 is the answer to everything, decided by the policy that the request or the configuration names, at half
 * of the full FLOPs for all but full depth. A policy whose bundle is stopped is stood in for.
 */
final class FakePlatform implements InferenceService, ModelRepository, PlatformStatus {
    final AdaptiveModel model;
    final Set<String> policies;
    final List<String> bundleCalls = Collections.synchronizedList(new ArrayList<>());
    final Map<String, Object> configuration = new ConcurrentHashMap<>();
    private final Set<String> stopped = ConcurrentHashMap.newKeySet();

    /** Policies that fail when a request names them. */
    final Set<String> failing = ConcurrentHashMap.newKeySet();

    volatile boolean configurationDeleted;

    FakePlatform(AdaptiveModel model, Set<String> policies) {
        this.model = model;
        this.policies = policies;
    }

    @Override
    public InferenceResult infer(InferenceRequest request) {
        String wanted = request.policy().orElseGet(() -> String.valueOf(configuration.getOrDefault("policy", "full")));
        boolean away = stopped.contains(wanted) || (request.policy().isPresent() && failing.contains(wanted));
        long full = model.cost(model.fullDepth()).flops(0);
        float[] logits = new float[10];
        logits[0] = 1;
        Trace trace =
                new FakeTrace(model, away ? "static" : wanted, wanted.equals("full") ? full : full / 2, full, away);
        Map<String, Tensor> outputs = Map.of("logits", HostTensor.ofFloats(Shape.of(1, 10), logits));
        return new InferenceResult() {
            @Override
            public Map<String, Tensor> outputs() {
                return outputs;
            }

            @Override
            public List<Trace> traces() {
                return List.of(trace);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
        return CompletableFuture.completedFuture(infer(request));
    }

    @Override
    public List<AdaptiveModel> models() {
        return List.of(model);
    }

    @Override
    public ModelLease acquire(String name, VersionRange versions) throws ModelNotFoundException {
        if (!name.equals(model.name())) {
            throw new ModelNotFoundException("No model " + name, "");
        }
        return acquire(model);
    }

    @Override
    public ModelLease acquire(AdaptiveModel wanted) {
        return new ModelLease() {
            @Override
            public AdaptiveModel model() {
                return model;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public AdaptiveModel install(Path file) {
        return model;
    }

    @Override
    public void remove(String name, Version version) {}

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }

    @Override
    public List<ServiceState> services() {
        return policies.stream()
                .map(name -> new ServiceState("policy", name, "bundle", 0, "waiting", ""))
                .toList();
    }

    @Override
    public String policyInForce(String name) {
        return "full";
    }

    @Override
    public List<ConfigurationProblem> configurationProblems() {
        return List.of();
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of("pathsPrepared", (long) model.menu().size());
    }

    ConfigurationAdmin configurationAdmin() {
        Configuration one = proxy(Configuration.class, (self, method, arguments) -> switch (method.getName()) {
            case "getProperties" -> null;
            case "update" -> {
                Dictionary<?, ?> properties = (Dictionary<?, ?>) arguments[0];
                for (String key : List.of("model", "policy", "operatingPoint")) {
                    Object value = properties.get(key);
                    if (value == null) {
                        configuration.remove(key);
                    } else {
                        configuration.put(key, value);
                    }
                }
                yield null;
            }
            case "delete" -> {
                configurationDeleted = true;
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.toString());
        });
        return proxy(ConfigurationAdmin.class, (self, method, arguments) -> {
            if (method.getName().equals("getFactoryConfiguration")
                    && arguments[0].equals("org.tminus.model")
                    && arguments[1].equals(model.name())) {
                return one;
            }
            throw new UnsupportedOperationException(method.toString());
        });
    }

    BundleContext bundleContext() {
        Map<String, Bundle> bundles = new HashMap<>();
        policies.forEach(name -> bundles.put(name, bundle(name)));
        return proxy(BundleContext.class, (self, method, arguments) -> switch (method.getName()) {
            case "getProperty" -> null;
            case "getServiceReferences" -> references(bundles, String.valueOf(arguments[1]));
            default -> throw new UnsupportedOperationException(method.toString());
        });
    }

    private static Collection<ServiceReference<?>> references(Map<String, Bundle> bundles, String filter) {
        List<ServiceReference<?>> found = new ArrayList<>();
        bundles.forEach((name, bundle) -> {
            if (filter.equals("(tminus.name=" + name + ")")) {
                found.add(proxy(ServiceReference.class, (self, method, arguments) -> bundle));
            }
        });
        return found;
    }

    private Bundle bundle(String policy) {
        return proxy(Bundle.class, (self, method, arguments) -> {
            switch (method.getName()) {
                case "getLocation" -> {
                    return "mvn:g/" + policy + "/1";
                }
                case "stop" -> stopped.add(policy);
                case "start" -> stopped.remove(policy);
                case "update" -> {}
                default -> throw new UnsupportedOperationException(method.toString());
            }
            bundleCalls.add(method.getName() + " " + policy);
            return null;
        });
    }

    private interface Handler {
        @Nullable
        Object handle(Object self, Method method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        InvocationHandler invocations = (self, method, arguments) ->
                handler.handle(self, method, arguments == null ? new Object[0] : arguments);
        return type.cast(
                Proxy.newProxyInstance(FakePlatform.class.getClassLoader(), new Class<?>[] {type}, invocations));
    }

    private record FakeTrace(AdaptiveModel of, String policy, long flops, long fullDepthFlops, boolean away)
            implements Trace {
        @Override
        public long requestId() {
            return 1;
        }

        @Override
        public String model() {
            return of.name();
        }

        @Override
        public Version modelVersion() {
            return of.version();
        }

        @Override
        public String backend() {
            return "fake";
        }

        @Override
        public Optional<String> operatingPoint() {
            return Optional.empty();
        }

        @Override
        public Optional<Complexity> complexity() {
            return Optional.empty();
        }

        @Override
        public org.tminus.model.Path path() {
            return of.fullDepth();
        }

        @Override
        public int layersRun() {
            return of.layers().size();
        }

        @Override
        public boolean compiled() {
            return true;
        }

        @Override
        public long nanos(Step step) {
            return 1000;
        }

        @Override
        public CertificateState certificate() {
            return CertificateState.UNCERTIFIED;
        }

        @Override
        public boolean budgetMissed() {
            return false;
        }

        @Override
        public List<String> fallbacks() {
            return away ? List.of("The policy went away.") : List.of();
        }
    }
}
