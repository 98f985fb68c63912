/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.bench.Race.Lap;
import org.tminus.evaluation.bench.Race.Runner;
import org.tminus.evaluation.measure.Engine;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.evaluation.measure.Server;

/**
 * A library in the setting in which it is fastest. Others are closed before anything is measured, so that neither their weights nor
 * their threads are in anybody's way.
 *
 * @param server is closed with this
 */
record Heat(Server server, String setting) implements AutoCloseable {
    /**
     * Tries every setting.
     *
     * @param what for people
     * @throws EvaluationException if the library does not run the model
     */
    static Heat best(Engine engine, Track track, String what, int clients, Inputs requests) throws EvaluationException {
        Path graph = track.graph();
        Map<String, Server> open = new LinkedHashMap<>();
        try {
            Map<String, Runner> runners = new LinkedHashMap<>();
            for (String setting : engine.settings()) {
                Server server = engine.open(graph, setting);
                open.put(setting, server);
                runners.put(setting, Track.runner(server, requests));
            }
            String best = best(track.heat(engine.name() + ", " + what, clients, runners), clients);
            Server server = open.remove(best);
            if (server == null) {
                throw new IllegalStateException(engine.name() + " has no settings");
            }
            return new Heat(server, best);
        } finally {
            open.values().forEach(Server::close);
        }
    }

    /** The fastest for one client; that with the most answers for several. */
    static String best(Map<String, Lap> laps, int clients) {
        String best = "";
        double least = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Lap> entry : laps.entrySet()) {
            Lap lap = entry.getValue();
            double cost = clients == 1 ? Race.median(lap.nanos()) : 1 / Race.median(lap.perSecond());
            if (cost < least) {
                least = cost;
                best = entry.getKey();
            }
        }
        return best;
    }

    @Override
    public void close() {
        server.close();
    }
}
