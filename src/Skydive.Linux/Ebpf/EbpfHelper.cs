namespace Skydive.Linux.Ebpf;

/// <summary>Functions of the kernel that programs call. Source: <c>linux/bpf.h</c>.</summary>
internal enum EbpfHelper
{
    MapLookup = 1, // bpf_map_lookup_elem
    MapUpdate = 2, // bpf_map_update_elem
    TimeNanoseconds = 5, // bpf_ktime_get_ns
    LoadBytes = 26, // bpf_skb_load_bytes
    PullData = 39, // bpf_skb_pull_data
}
