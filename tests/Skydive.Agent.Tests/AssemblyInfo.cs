// Threads and descriptors of the process are counted, and the kernel is asked for much at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
