/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;
import org.tminus.policy.Budget;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/**
 * One batch for one model. The input tensors stay the caller's: they are read until the answer is there (or the request
 * failed), and never after. Immutable.
 */
public final class InferenceRequest {
    private static final VersionRange ANY_VERSION = VersionRange.valueOf("0");

    private final String model;
    private final VersionRange versions;
    private final Map<String, Tensor> inputs;
    private final Set<String> outputs;
    private final Map<String, HostTensor> destinations;
    private final @Nullable Budget budget;
    private final @Nullable Duration deadline;
    private final Priority priority;
    private final @Nullable String policy;
    private final @Nullable String operatingPoint;
    private final boolean strict;

    private InferenceRequest(Builder builder) {
        model = builder.model;
        versions = builder.versions;
        inputs = Map.copyOf(builder.inputs);
        outputs = Set.copyOf(builder.outputs);
        destinations = Map.copyOf(builder.destinations);
        budget = builder.budget;
        deadline = builder.deadline;
        priority = builder.priority;
        policy = builder.policy;
        operatingPoint = builder.operatingPoint;
        strict = builder.strict;
    }

    /** @param model the model's name */
    public static Builder builder(String model) {
        return new Builder(model);
    }

    public String model() {
        return model;
    }

    /** The newest installed version in this range answers. */
    public VersionRange versions() {
        return versions;
    }

    public Map<String, Tensor> inputs() {
        return inputs;
    }

    /** The outputs wanted; empty means all. */
    public Set<String> outputs() {
        return outputs;
    }

    /** The caller's own memory for outputs. */
    public Map<String, HostTensor> destinations() {
        return destinations;
    }

    /** Empty means the budget from configuration. */
    public Optional<Budget> budget() {
        return Optional.ofNullable(budget);
    }

    /** How long after its submission the request is worth an answer. */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    public Priority priority() {
        return priority;
    }

    /** The name of the policy to use instead of the one in force. */
    public Optional<String> policy() {
        return Optional.ofNullable(policy);
    }

    /** The name of the model's operating point to use instead of the one in force. */
    public Optional<String> operatingPoint() {
        return Optional.ofNullable(operatingPoint);
    }

    /** Whether a budget that cannot be met is an error rather than a note in the trace. */
    public boolean strict() {
        return strict;
    }

    /** Not thread-safe. */
    public static final class Builder {
        private final String model;
        private VersionRange versions = ANY_VERSION;
        private final Map<String, Tensor> inputs = new HashMap<>();
        private final Set<String> outputs = new LinkedHashSet<>();
        private final Map<String, HostTensor> destinations = new HashMap<>();
        private @Nullable Budget budget;
        private @Nullable Duration deadline;
        private Priority priority = Priority.NORMAL;
        private @Nullable String policy;
        private @Nullable String operatingPoint;
        private boolean strict;

        private Builder(String model) {
            this.model = Objects.requireNonNull(model);
        }

        public Builder versions(VersionRange range) {
            versions = range;
            return this;
        }

        public Builder input(String name, Tensor tensor) {
            inputs.put(name, tensor);
            return this;
        }

        public Builder inputs(Map<String, ? extends Tensor> tensors) {
            inputs.putAll(tensors);
            return this;
        }

        /** Asks for these outputs only. */
        public Builder outputs(String... names) {
            outputs.addAll(List.of(names));
            return this;
        }

        /** Asks for an output to be written into the caller's own tensor, of the exact type and shape. */
        public Builder outputInto(String name, HostTensor destination) {
            outputs.add(name);
            destinations.put(name, destination);
            return this;
        }

        public Builder budget(Budget value) {
            budget = value;
            return this;
        }

        /** From submission on. One that is not positive fails at once, with {@code DeadlineExceededException}. */
        public Builder deadline(Duration value) {
            deadline = value;
            return this;
        }

        public Builder priority(Priority value) {
            priority = value;
            return this;
        }

        public Builder policy(String name) {
            policy = name;
            return this;
        }

        public Builder operatingPoint(String name) {
            operatingPoint = name;
            return this;
        }

        public Builder strict(boolean value) {
            strict = value;
            return this;
        }

        public InferenceRequest build() {
            return new InferenceRequest(this);
        }
    }
}
