namespace Skydive.Linux.Ebpf;

/// <summary>Kinds of programs. Source: <c>linux/bpf.h</c>.</summary>
internal enum EbpfProgramType : uint
{
    SocketFilter = 1, // BPF_PROG_TYPE_SOCKET_FILTER
    Classifier = 3, // BPF_PROG_TYPE_SCHED_CLS
}
