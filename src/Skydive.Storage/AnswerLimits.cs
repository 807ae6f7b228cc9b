namespace Skydive.Storage;

/// <summary>Keeps an answer from taking all memory.</summary>
internal static class AnswerLimits
{
    public static void CheckRevisions(int count, HistoryStoreOptions options)
    {
        if (count > options.MaximumRevisionsPerAnswer)
        {
            throw new HistoryException(
                HistoryErrorReason.TooLarge,
                $"more than {options.MaximumRevisionsPerAnswer} revisions lie in the span of time: ask for a shorter one");
        }
    }

    public static void CheckFlows(int count, HistoryStoreOptions options)
    {
        if (count > options.MaximumFlowsPerSearch)
        {
            throw new HistoryException(
                HistoryErrorReason.TooLarge,
                $"the search finds more than {options.MaximumFlowsPerSearch} flows: ask for a shorter span of time, or with a filter");
        }
    }

    public static void CheckPackets(long bytes, HistoryStoreOptions options)
    {
        if (bytes > options.MaximumPacketBytesPerSearch)
        {
            throw new HistoryException(
                HistoryErrorReason.TooLarge,
                $"the packets of these flows take more than {options.MaximumPacketBytesPerSearch} bytes: ask for fewer flows, or a shorter span of time");
        }
    }

    public static void CheckMetrics(int count, HistoryStoreOptions options)
    {
        if (count > options.MaximumMetricsPerSearch)
        {
            throw new HistoryException(
                HistoryErrorReason.TooLarge,
                $"the search finds more than {options.MaximumMetricsPerSearch} metric samples: ask for a shorter span of time, or for some nodes only");
        }
    }
}
