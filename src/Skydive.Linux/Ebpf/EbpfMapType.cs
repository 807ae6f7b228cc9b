namespace Skydive.Linux.Ebpf;

/// <summary>Kinds of maps. Source: <c>linux/bpf.h</c>.</summary>
internal enum EbpfMapType : uint
{
    Hash = 1, // BPF_MAP_TYPE_HASH
    PerProcessorArray = 6, // BPF_MAP_TYPE_PERCPU_ARRAY
}
