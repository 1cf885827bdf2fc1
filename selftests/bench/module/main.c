// SPDX-License-Identifier: GPL-2.0-only
/* The devices, the hook that drops, and the file through which it is all used. */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/proc_fs.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "bench.h"

#define COMMAND_MAX	256

struct net_device *bench_in, *bench_out;

static bool dropping;

/* ---- the devices ------------------------------------------------------- */

static const struct net_device_ops ops = {
	.ndo_start_xmit = bench_sink_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &ops;
	dev->needs_free_netdev = true;
	dev->flags &= ~IFF_MULTICAST;	/* reports of group members are not counted */
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE;
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_TSO |
			   NETIF_F_TSO6 | NETIF_F_GSO_IPXIP6 | NETIF_F_GSO_GRE |
			   NETIF_F_GSO_PARTIAL;
	dev->features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA |
			 NETIF_F_TSO | NETIF_F_TSO6;
	dev->hw_enc_features = dev->features | dev->hw_features;
	dev->max_mtu = 9000;
}

static struct net_device *make(const char *name, u8 last)
{
	u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0xaa, last };
	struct net_device *dev = alloc_netdev(0, name, NET_NAME_ENUM, setup);
	int err;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	eth_hw_addr_set(dev, mac);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return ERR_PTR(err);
	}
	return dev;
}

/* ---- the hook of "receive and drop" ------------------------------------ */

static unsigned int drop(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return state->in == bench_in ? NF_DROP : NF_ACCEPT;
}

/* Where fmip's own hook is. */
static const struct nf_hook_ops drop_ops = {
	.hook = drop,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = NF_IP6_PRI_LAST,
};

static int set_drop(bool on)
{
	int err = 0;

	if (on && !dropping)
		err = nf_register_net_hook(&init_net, &drop_ops);
	if (!on && dropping)
		nf_unregister_net_hook(&init_net, &drop_ops);
	if (!err)
		dropping = on;
	return err;
}

static void set_offload(bool on)
{
	netdev_features_t tunnels = NETIF_F_GSO_IPXIP6 | NETIF_F_GSO_GRE;

	rtnl_lock();
	if (on)
		bench_out->wanted_features |= tunnels;
	else
		bench_out->wanted_features &= ~tunnels;
	netdev_update_features(bench_out);
	rtnl_unlock();
}

/* ---- /proc/fmip_bench --------------------------------------------------- */

void bench_reply(struct bench_reply *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	r->len = vscnprintf(r->text, sizeof(r->text), format, args);
	va_end(args);
}

u64 bench_arg(const char *command, const char *key, u64 otherwise)
{
	char pattern[24];
	const char *at;
	u64 value;

	snprintf(pattern, sizeof(pattern), " %s=", key);
	at = strstr(command, pattern);
	return at && sscanf(at + strlen(pattern), "%llu", &value) == 1 ? value : otherwise;
}

/* What a program does is counted too, if it says where that begins and ends. */
static void begin(void)
{
	bench_mark(BENCH_MARK_CLEAR);
	bench_mark(BENCH_MARK_START);
}

static void end(struct bench_reply *r)
{
	bench_mark(BENCH_MARK_STOP);
	bench_reply(r, "run=%u\n", ++bench_runs);
	bench_mark(BENCH_MARK_REPORT);
}

static int obey(struct bench_reply *r, const char *command)
{
	if (strstarts(command, "run "))
		return bench_inject(r, command);
	if (strstarts(command, "una "))
		return bench_attach(r, command);
	if (strstarts(command, "drop "))
		return set_drop(bench_arg(command, "on", 0));
	if (strstarts(command, "sink "))
		bench_sink_set(command);
	else if (strstarts(command, "stat"))
		bench_sink_stat(r);
	else if (strstarts(command, "begin"))
		begin();
	else if (strstarts(command, "end"))
		end(r);
	else if (strstarts(command, "offload "))
		set_offload(bench_arg(command, "on", 0));
	else
		return -EINVAL;
	return 0;
}

static ssize_t bench_write(struct file *f, const char __user *text, size_t len, loff_t *at)
{
	struct bench_reply *r = f->private_data;
	char command[COMMAND_MAX];
	int err;

	if (len >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, text, len))
		return -EFAULT;
	command[len] = 0;
	r->len = 0;
	err = obey(r, command);
	return err ?: len;
}

/* The offset of the write is not one into the answer. */
static ssize_t bench_read(struct file *f, char __user *text, size_t len, loff_t *at)
{
	struct bench_reply *r = f->private_data;
	ssize_t n;
	loff_t start = 0;

	n = simple_read_from_buffer(text, len, &start, r->text, r->len);
	r->len = 0;
	return n;
}

static int bench_open(struct inode *inode, struct file *f)
{
	struct bench_reply *r = kzalloc(sizeof(*r), GFP_KERNEL);

	f->private_data = r;
	return r ? 0 : -ENOMEM;
}

static int bench_release(struct inode *inode, struct file *f)
{
	kfree(f->private_data);
	return 0;
}

static const struct proc_ops file_ops = {
	.proc_open = bench_open,
	.proc_release = bench_release,
	.proc_read = bench_read,
	.proc_write = bench_write,
	.proc_lseek = noop_llseek,
};

static int __init bench_init(void)
{
	int err = -ENOMEM;

	bench_in = make("bench0", 0);
	if (IS_ERR(bench_in))
		return PTR_ERR(bench_in);
	bench_out = make("bench1", 1);
	if (IS_ERR(bench_out)) {
		err = PTR_ERR(bench_out);
		goto no_out;
	}
	bench_inject_init();
	if (proc_create("fmip_bench", 0600, NULL, &file_ops))
		return 0;
	err = -ENOMEM;
	bench_inject_exit();
	unregister_netdev(bench_out);
no_out:
	unregister_netdev(bench_in);
	return err;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("fmip_bench", NULL);
	set_drop(false);
	bench_inject_exit();
	unregister_netdev(bench_out);
	unregister_netdev(bench_in);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("fmip: packet source and sink of the benchmark");
