package org.epdrouter.simulator;

/** What the chat requests of one worker share. */
record ChatContext(
    String model, Behaviour behaviour, RoleRules rules, Slots slots, Ledger ledger) {}
