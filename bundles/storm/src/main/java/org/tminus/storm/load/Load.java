/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.util.ArrayList;
import java.util.List;
import org.tminus.demo.data.InputTensors;
import org.tminus.inference.InferenceService;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.storm.load.Client.Target;

/** Clients that send without pause from {@link #start} until {@link #end}. */
public final class Load {
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running = true;

    private Load() {}

    /**
     * What all loads of a storm have in common.
     *
     * @param policies that a request may name
     */
    public record Setting(
            InferenceService service,
            String model,
            TensorSpec output,
            InputTensors inputs,
            List<String> policies,
            AnswerChecker checker) {
        public static Setting of(
                InferenceService service,
                AdaptiveModel model,
                InputTensors inputs,
                List<String> policies,
                AnswerChecker checker) {
            return new Setting(
                    service, model.name(), model.signature().outputs().get(0), inputs, policies, checker);
        }
    }

    /** @param seed each client's requests follow from it */
    public static Load start(Setting setting, int clients, long seed, Tally tally) {
        Load load = new Load();
        long width = setting.output().dimensions().get(1);
        Target target = new Target(setting.model(), setting.output().name(), (int) width);
        for (int number = 0; number < clients; number++) {
            RequestMix mix =
                    new RequestMix(seed * 1000 + number, setting.inputs().count(), setting.policies());
            Client client = new Client(
                    setting.service(), target, setting.inputs(), mix, setting.checker(), tally, () -> load.running);
            Thread thread = new Thread(client, "tminus-storm-client-" + (number + 1));
            thread.setDaemon(true);
            load.threads.add(thread);
        }
        load.threads.forEach(Thread::start);
        return load;
    }

    /** Lets each client finish what it has sent. */
    public void end() throws InterruptedException {
        running = false;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            throw e;
        }
    }
}
