/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A service whose activation blocks holds up neither other services nor itself when it goes. */
class ServiceIntakeTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<ServiceReference<?>, Supplier<Object>> givers = new ConcurrentHashMap<>();
    private final AtomicInteger held = new AtomicInteger();
    private final Map<ServiceReference<?>, String> up = new ConcurrentHashMap<>();
    private final List<String> board = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    private final BundleContext context = (BundleContext) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "getService" -> {
                        Object service = givers.get(arguments[0]).get();
                        if (service != null) {
                            held.incrementAndGet();
                        }
                        return service;
                    }
                    case "ungetService" -> {
                        held.decrementAndGet();
                        return true;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                }
            });

    private ServiceIntake<String> intake(long waitMillis) {
        return new ServiceIntake<>(context, threads, waitMillis, new ServiceIntake.Board<>() {
            @Override
            public void bind(ServiceReference<String> reference, String service, Map<String, Object> properties) {
                assertThat(properties).containsEntry("tminus.name", "x");
                up.put(reference, service);
                board.add(service);
            }

            @Override
            public void update(ServiceReference<String> reference, Map<String, Object> properties) {
                board.add(up.get(reference) + " again");
            }

            @Override
            public void unbind(ServiceReference<String> reference) {
                board.remove(up.remove(reference));
            }
        });
    }

    @SuppressWarnings("unchecked")
    private ServiceReference<String> reference(Supplier<Object> giver) {
        ServiceReference<String> self = (ServiceReference<String>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> "[a service]";
                    case "getProperties" -> new Hashtable<>(Map.of("tminus.name", "x"));
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        givers.put(self, giver);
        return self;
    }

    @AfterEach
    void close() {
        gate.countDown();
        threads.shutdownNow();
    }

    @Test
    void aServiceThatIsReadyIsPutUpBeforeTheCallReturns() {
        ServiceIntake<String> intake = intake(30_000);
        ServiceReference<String> reference = reference(() -> "ready");
        intake.come(reference);
        assertThat(board).containsExactly("ready");
        intake.change(reference);
        assertThat(board).containsExactly("ready", "ready again");
        intake.go(reference);
        assertThat(board).containsExactly("ready again");
        assertThat(held).hasValue(0);
        intake.go(reference);
        assertThat(held).hasValue(0);
    }

    @Test
    void oneThatIsToldOfTwiceIsPutUpOnce() {
        ServiceIntake<String> intake = intake(30_000);
        ServiceReference<String> reference = reference(() -> "ready");
        intake.come(reference);
        intake.come(reference);
        assertThat(board).containsExactly("ready");
        assertThat(held).hasValue(1);
        intake.go(reference);
        assertThat(board).isEmpty();
        intake.come(reference);
        assertThat(board).containsExactly("ready");
    }

    @Test
    void oneThatBlocksHoldsUpNoOtherAndIsPutUpWhenItIsThere() {
        ServiceIntake<String> intake = intake(1);
        ServiceReference<String> slow = reference(() -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return "slow";
        });
        intake.come(slow);
        intake.change(slow);
        ServiceReference<String> quick = reference(() -> "quick");
        intake.come(quick);
        Bench.await(() -> board.equals(List.of("quick")));
        gate.countDown();
        Bench.await(() -> board.equals(List.of("quick", "slow")));
    }

    @Test
    void oneThatGoesBeforeItIsThereIsGivenBackAndNeverPutUp() {
        ServiceIntake<String> intake = intake(1);
        CountDownLatch asked = new CountDownLatch(1);
        ServiceReference<String> slow = reference(() -> {
            asked.countDown();
            QueueTest.awaitIgnoringInterrupts(gate);
            return "slow";
        });
        intake.come(slow);
        Bench.await(() -> asked.getCount() == 0);
        intake.go(slow);
        assertThat(board).isEmpty();
        gate.countDown();
        Bench.await(() -> held.get() == 0 && board.equals(Collections.emptyList()));
    }

    @Test
    void oneThatFailsOrIsNotGivenOutIsLeftOut() {
        ServiceIntake<String> intake = intake(30_000);
        ServiceReference<String> broken = reference(() -> {
            throw new IllegalStateException("for a test");
        });
        intake.come(broken);
        ServiceReference<String> none = reference(() -> null);
        intake.come(none);
        intake.go(broken);
        intake.go(none);
        assertThat(board).isEmpty();
        assertThat(held).hasValue(0);
    }
}
