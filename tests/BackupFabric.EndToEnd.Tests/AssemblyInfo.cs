// Each fabric is a server and two agents of its own; two at a time is what two cores bear.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
