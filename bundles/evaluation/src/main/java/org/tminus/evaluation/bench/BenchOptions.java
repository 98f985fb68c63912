/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.util.List;

/**
 * How much is measured.
 *
 * @param batches numbers of inputs in a request, each at least 1
 * @param clients numbers of clients that ask at once, each at least 1
 * @param inFlight rows with more inputs at once than this, batch times clients, are left out; at least 1
 * @param rounds how often each engine has its turn
 * @param turnMillis how long a turn lasts
 * @param memory whether peak memory is measured, in processes of their own
 * @param starts how often the start is measured, in processes of their own; 0 for not at all
 */
public record BenchOptions(
        List<Integer> batches,
        List<Integer> clients,
        int inFlight,
        int rounds,
        int turnMillis,
        boolean memory,
        int starts) {
    /** @throws IllegalArgumentException if a number is out of range */
    public BenchOptions {
        batches = List.copyOf(batches);
        clients = List.copyOf(clients);
        if (batches.isEmpty() || clients.isEmpty()) {
            throw new IllegalArgumentException("there must be a batch and a number of clients");
        }
        batches.forEach(batch -> range("a batch", batch, 1, 1024));
        clients.forEach(count -> range("the number of clients", count, 1, 256));
        range("the number of inputs in flight", inFlight, 1, 1024 * 256);
        range("the number of rounds", rounds, 2, 1000);
        range("a turn", turnMillis, 1, 60_000);
        range("the number of starts", starts, 0, 100);
    }

    private static void range(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
