#!/usr/bin/env bash
# make-dataset.sh - builds the virtual-disk dataset the backup benches run on. Written for this project.
#
#   make-dataset.sh SIZE OUTDIR [SRCDIR ...]        e.g.  make-dataset.sh 8G /tmp/data /usr
#                                                         make-dataset.sh 1G /tmp/ci          (CI, ~20-40 s)
#   make-dataset.sh apply IMAGE DELTA.json          turns the image of day N-1 into day N, in place
#
# Only reads SRCDIR (default /usr); writes only below OUTDIR. Needs: bash, GNU coreutils, tar,
# python3 (>= 3.9, stdlib only), e2fsprogs, and qemu-img when VHDX=1. No root needed (ownership of the
# files in the image is then the caller's). Needs about 2.2 x SIZE free space while it runs.
#
# Result (sparse files, MBR partition at 1 MiB, ext4 4 KiB blocks, ~55 % used, ~4 % "deleted file" junk,
# rest zeros/holes):
#   vm1-day0.raw            the base disk
#   vm1-day1.raw            the same after day 1                            (KEEP_DAY1=0 skips the copy)
#   vm1-dayN.json/.delta    N=1..DAYS: what changed from day N-1: "written" = exact writes,
#                           "ranges" = the same rounded outwards to RCT_GRAN and merged (what a hypervisor's
#                           changed-block tracking reports); .delta = bytes of "written", concatenated
#   vm2-day0.raw            sibling VM: same files in another on-disk order + ~10 % other files (no template)
#   vm3-day0.raw            template clone: vm1-day0 with 10 % of its clusters rewritten   (VM3=0 skips)
#   *.vhdx                  dynamic VHDX of vm1-day0 (VHDX=1) and of all of them (VHDX=2); VHDX=0 none
#
# A day rewrites CHANGE_PCT (1) % of the 64 KiB clusters: half of them by one 4 KiB write each, scattered over
# the used area (read-modify-write of a part of the page), half by runs of 1-8 MiB (half of the runs into free
# space, half over existing data; content: 2/3 files not seen before, 1/6 copies of data from elsewhere on the
# disk, 1/6 random).
# Deterministic for a given SEED and given source files: which files, their order, where and what is rewritten.
# Not bit-identical: file-system timestamps, and SRCDIR itself when packages change. Compare within one dataset.
#
# shellcheck disable=SC2017  # hundredths of a disk are exact enough, and do not overflow
# Environment: SEED=1 FILL_PCT=55 JUNK_PCT=4 DAYS=9 CHANGE_PCT=1 RCT_GRAN=16384 KEEP_DAY1=1 VM2=1 VM3=1 VHDX=1
set -euo pipefail
export LC_ALL=C
SELF=$(readlink -f "$0")
pyhelper() { python3 - "$@" <<'PY'
import sys, os, json, random, hashlib, struct, subprocess, stat
MiB=1<<20; CL=65536; PART=MiB
def parse_size(s):
    u={'K':1<<10,'M':1<<20,'G':1<<30,'T':1<<40}
    return int(float(s[:-1])*u[s[-1].upper()]) if s[-1].upper() in u else int(s)

def select(size, fill_pct, seed, out, srcs):
    """split the source files, by directory in a seeded order, into: base / other (vm2) / pool (new content)"""
    groups={}
    for s in srcs:
        for d,subs,files in os.walk(s):
            subs[:]=[x for x in sorted(subs) if not os.path.ismount(os.path.join(d,x))]
            L=[]
            for f in sorted(files):
                p=os.path.join(d,f)
                try: st=os.lstat(p)
                except OSError: continue
                if stat.S_ISLNK(st.st_mode): L.append((p,0)); continue
                if not stat.S_ISREG(st.st_mode) or not os.access(p,os.R_OK): continue
                if '\n' in p or st.st_size>size//11: continue
                L.append((p,st.st_size))
            if 0<len(L)<=3000: groups[d]=L      # mkfs.ext4 -d is quadratic in the size of a directory
    order=sorted(groups,key=lambda d:hashlib.sha1((seed+d).encode('utf-8','surrogateescape')).digest())
    want=[('base',size*fill_pct//100),('other',size*fill_pct//1000)]
    taken=set()
    for name,limit in want:
        got=0; sel=[]
        for d in order:
            if d in taken: continue
            n=sum((z+4095)//4096*4096 for _,z in groups[d])
            if got+n>limit+limit//50: continue      # a directory that would overshoot stays for the pool
            sel+=groups[d]; got+=n; taken.add(d)
            if got>=limit: break
        if got<limit*9//10: sys.exit(f"make-dataset.sh: only {got/MiB:.0f} of {limit/MiB:.0f} MiB of readable files for '{name}' in {' '.join(srcs)}; name more source folders, or ask for a smaller disk.")
        with open(f'{out}/{name}.lst','wb') as f:
            f.write(b''.join(p.encode('utf-8','surrogateescape')+b'\0' for p,_ in sel))
        print(f'  {name}: {len(sel)} files, {got/MiB:.0f} MiB',file=sys.stderr)
    with open(f'{out}/pool.lst','wb') as f:
        tot=0
        for d in order:
            if d in taken: continue
            for p,z in groups[d]:
                if z>=8192: f.write(str(z).encode()+b'\0'+p.encode('utf-8','surrogateescape')+b'\0'); tot+=z
    print(f'  pool: {tot/MiB:.0f} MiB',file=sys.stderr)

class Pool:
    """endless stream of content not on the disk yet; when the pool wraps, it is perturbed so it stays new"""
    def __init__(s,lst,start=0):
        f=open(lst,'rb').read().split(b'\0')
        s.files=[(f[i+1],int(f[i])) for i in range(0,len(f)-1,2)]; s.i=0; s.turn=0; s.buf=b''; s.pos=0
        total=sum(-(-z//4096)*4096 for _,z in s.files)
        if total: s.turn,start=divmod(start,total)
        while s.files and start>=-(-s.files[s.i][1]//4096)*4096: start-=-(-s.files[s.i][1]//4096)*4096; s.i+=1
        s.read(start)
    def _next(s):
        if not s.files: d=random.Random(s.turn).randbytes(MiB); s.turn+=1
        else:
            if s.i>=len(s.files): s.i=0; s.turn+=1
            p,z=s.files[s.i]; s.i+=1
            try: d=open(p,'rb').read()
            except OSError: d=b''
            d=d[:z]+b'\0'*(-(-z//4096)*4096-len(d[:z]))
            if s.turn:
                b=bytearray(d); b[::509]=bytes((x+s.turn)&255 for x in b[::509]); d=bytes(b)
        s.buf=d; s.pos=0
    def read(s,n):
        r=[]
        while n>0:
            if s.pos>=len(s.buf): s._next()
            c=s.buf[s.pos:s.pos+n]; s.pos+=len(c); n-=len(c); r.append(c)
        return b''.join(r)

def free_ranges(img):
    """free ext4 block ranges -> byte ranges on the disk"""
    o=subprocess.run(['dumpe2fs',f'{img}?offset={PART}'],capture_output=True,text=True,errors='replace').stdout
    r=[]
    for l in o.splitlines():
        l=l.strip()
        if l.startswith('Free blocks:') and l[12:].strip() and '-' in l or l.startswith('Free blocks:') and l[12:].strip().replace(',','').replace(' ','').isdigit():
            for t in l[12:].split(','):
                a,_,b=t.strip().partition('-'); a=int(a); b=int(b or a)
                r.append((PART+a*4096,PART+(b+1)*4096))
    m=[]
    for a,b in sorted(r):
        if m and m[-1][1]==a: m[-1][1]=b
        else: m.append([a,b])
    return [(a,b) for a,b in m]
def used_ranges(free,size):
    u=[]; p=PART
    for a,b in free:
        if a>p: u.append((p,a))
        p=b
    if p<size: u.append((p,size))
    return u
def pick(rng,ranges,length):
    """a 4 KiB-aligned offset, uniformly within the ranges that can hold length"""
    c=[(a,b-length-a) for a,b in ranges if b-a>=length]
    if not c: return None
    t=rng.randrange(sum(x//4096+1 for _,x in c))
    for a,x in c:
        k=x//4096+1
        if t<k: return a+t*4096
        t-=k

def mbr(img,size):
    with open(img,'r+b') as f:
        b=bytearray(512); b[440:444]=b'\x01\x02\x03\x04'
        b[446:462]=struct.pack('<BBBBBBBBII',0x80,0xfe,0xff,0xff,0x83,0xfe,0xff,0xff,PART//512,(size-PART)//512)
        b[510:512]=b'\x55\xaa'; f.write(b)

def junk(img,size,pct,seed,poolfile,start):
    rng=random.Random(f'{seed}-junk-{os.path.basename(img)}'); fr=free_ranges(img); pool=Pool(poolfile,start); left=size*pct//100
    with open(img,'r+b') as f:
        while left>0:
            n=min(rng.randrange(1,257)*65536,left); o=pick(rng,fr,n)
            if o is None: break
            f.seek(o); f.write(pool.read(n) if rng.random()<.5 else rng.randbytes(n)); left-=n

def merge(ws,gran,size):
    m=[]
    for o,l in sorted(ws):
        a=o//gran*gran; b=min(-(-(o+l)//gran)*gran,size)
        if m and a<=m[-1][1]: m[-1][1]=max(m[-1][1],b)
        else: m.append([a,b])
    return [{'offset':a,'length':b-a} for a,b in m]

def mutate(src,dst,fr,day,pct,seed,gran,poolfile,start,jsonout,deltaout):
    """writes of one day; src is read, dst (may be src) is written"""
    rng=random.Random(f'{seed}-{os.path.basename(jsonout)}'); size=os.path.getsize(src)
    n=int(size//CL*pct/100); used=used_ranges(fr,size); pool=Pool(poolfile,start); ws=[]
    with open(src,'rb') as s:
        def rd(o,l): s.seek(o); return s.read(l)
        runs_left=(n-n//2)*CL
        while runs_left>0:
            l=min(rng.randrange(16,129)*CL,max(runs_left,MiB)); app=rng.random()<.5
            o=pick(rng,fr if app else used,l) or pick(rng,[(PART,size)],l); k=rng.random()
            if k<2/3: d=pool.read(l)
            elif k<5/6: d=rd(pick(rng,[(PART,size)],l),l)
            else: d=rng.randbytes(l)
            ws.append((o,d)); runs_left-=l
        for _ in range(n//2):
            o=pick(rng,used,4096); b=bytearray(rd(o,4096)); l=rng.randrange(64,2049); p=rng.randrange(0,4096-l)
            b[p:p+l]=pool.read(4096)[:l]; ws.append((o,bytes(b)))
    # later writes win; make the recorded writes disjoint by replaying onto a block map
    blk={}
    for o,d in ws:
        for i in range(0,len(d),4096): blk[o+i]=d[i:i+4096]
    offs=sorted(blk); wr=[]
    with open(deltaout,'wb') as f:
        for o in offs:
            f.write(blk[o])
            if wr and wr[-1]['offset']+wr[-1]['length']==o: wr[-1]['length']+=4096
            else: wr.append({'offset':o,'length':4096})
    rg=merge([(w['offset'],w['length']) for w in wr],gran,size)
    json.dump({'day':day,'size':size,'granularity':gran,'delta':os.path.basename(deltaout),
               'writtenBytes':sum(w['length'] for w in wr),'rangeBytes':sum(w['length'] for w in rg),
               'written':wr,'ranges':rg},open(jsonout,'w'))
    if dst: apply(dst,jsonout)
def apply(img,js):
    j=json.load(open(js))
    with open(img,'r+b') as f, open(os.path.join(os.path.dirname(os.path.abspath(js)),j['delta']),'rb') as d:
        for w in j['written']: f.seek(w['offset']); f.write(d.read(w['length']))

c,*a=sys.argv[1:]
if c=='size': print(parse_size(a[0]))
elif c=='select': select(int(a[0]),int(a[1]),a[2],a[3],a[4:])
elif c=='mbr': mbr(a[0],int(a[1]))
elif c=='junk': junk(a[0],int(a[1]),float(a[2]).__int__() if float(a[2])>=1 else 0,a[3],a[4],int(a[5]))
elif c=='free': json.dump(free_ranges(a[0]),open(a[1],'w'))
elif c=='mutate': mutate(a[0],a[1] if a[1]!='-' else None,[tuple(x) for x in json.load(open(a[2]))],int(a[3]),float(a[4]),a[5],int(a[6]),a[7],int(a[8]),a[9],a[10])
elif c=='apply': apply(a[0],a[1])
elif c=='relayout':   # move every directory's files below a seeded two-level prefix: other order on disk
    root,seed,undo=a[0],a[1],a[2]=='undo'
    dirs=[d for d,_,fs in os.walk(root) if fs]
    for d in dirs:
        rel=os.path.relpath(d,root)
        h=hashlib.sha1((seed+'relayout'+rel).encode('utf-8','surrogateescape')).hexdigest()
        nd=os.path.join(root,'r'+h[:2],h[2:6]+'-'+os.path.basename(rel)[:40])
        os.makedirs(nd,exist_ok=True)
        for f in os.listdir(d):
            p=os.path.join(d,f)
            if not os.path.isdir(p) or os.path.islink(p): os.rename(p,os.path.join(nd,f))
    for d,_,_ in os.walk(root,topdown=False):
        try: os.rmdir(d)
        except OSError: pass
else: sys.exit('?')
PY
}
if [ "${1:-}" = apply ]; then pyhelper apply "$2" "$3"; exit; fi
[ $# -ge 2 ] || { sed -n '2,40p' "$SELF"; exit 2; }
SIZE=$(pyhelper size "$1"); mkdir -p "$2"; OUT=$(readlink -f "$2"); shift 2; SRC=("${@:-/usr}")
SEED=${SEED:-1} FILL_PCT=${FILL_PCT:-55} JUNK_PCT=${JUNK_PCT:-4} DAYS=${DAYS:-9} CHANGE_PCT=${CHANGE_PCT:-1}
RCT_GRAN=${RCT_GRAN:-16384} KEEP_DAY1=${KEEP_DAY1:-1} VM2=${VM2:-1} VM3=${VM3:-1} VHDX=${VHDX:-1}
PATH=$PATH:/usr/sbin:/sbin
W=$OUT/.work; rm -rf "$W"; mkdir -p "$W/stage"; trap 'rm -rf "$W"' EXIT
step() { printf '%5ss  %s\n' "$SECONDS" "$*" >&2; }
step select; pyhelper select "$SIZE" "$FILL_PCT" "$SEED" "$W" "${SRC[@]}"
stage() { tar -c --no-recursion --ignore-failed-read --warning=none -P --transform="s,^/,,S" --null -T "$1" -f - | tar -x -C "$W/stage" -f - ; }
mkimg() { # image uuid-digit
  rm -f "$1"; truncate -s "$SIZE" "$1"
  E2FSPROGS_FAKE_TIME=1700000000 SOURCE_DATE_EPOCH=1700000000 mkfs.ext4 -q -F -b 4096 -L os -U "0000000$2-0000-4000-8000-00000000000$2" \
    -E "offset=1048576,hash_seed=0000000$2-0000-4000-8000-00000000000$2,root_owner=0:0" -d "$W/stage" "$1" $(( (SIZE-1048576)/4096 ))
  pyhelper mbr "$1" "$SIZE"; }
step "copy base files"; stage "$W/base.lst"
step vm1-day0; mkimg "$OUT/vm1-day0.raw" 1
POOL=$W/pool.lst; DAYB=$(( SIZE/100*2 ))
pyhelper junk "$OUT/vm1-day0.raw" "$SIZE" "$JUNK_PCT" "$SEED" "$POOL" 0
pyhelper free "$OUT/vm1-day0.raw" "$W/free.json"
if [ "$VM2" = 1 ]; then
  step vm2-day0; stage "$W/other.lst"
  pyhelper relayout "$W/stage" "$SEED" 'do'
  mkimg "$OUT/vm2-day0.raw" 2; pyhelper junk "$OUT/vm2-day0.raw" "$SIZE" "$JUNK_PCT" "$SEED" "$POOL" $(( SIZE/100*3 ))
fi
rm -rf "$W/stage"
if [ "$VM3" = 1 ]; then
  step vm3-day0; cp --sparse=always "$OUT/vm1-day0.raw" "$OUT/vm3-day0.raw"
  pyhelper mutate "$OUT/vm1-day0.raw" "$OUT/vm3-day0.raw" "$W/free.json" 0 10 "$SEED" "$RCT_GRAN" "$POOL" $(( SIZE/100*6 )) "$W/vm3.json" "$W/vm3.delta"
fi
step "vm1 days"; cp --sparse=always "$OUT/vm1-day0.raw" "$W/cur.raw"
for ((d=1; d<=DAYS; d++)); do
  pyhelper mutate "$W/cur.raw" "$W/cur.raw" "$W/free.json" $d "$CHANGE_PCT" "$SEED" "$RCT_GRAN" "$POOL" $(( SIZE/100*16 + d*DAYB )) "$OUT/vm1-day$d.json" "$OUT/vm1-day$d.delta"
  if [ $d = 1 ] && [ "$KEEP_DAY1" = 1 ]; then cp --sparse=always "$W/cur.raw" "$OUT/vm1-day1.raw"; fi
done
if [ "$VHDX" -ge 1 ]; then step vhdx
  for i in "$OUT"/*.raw; do
    if [ "$VHDX" -ge 2 ] || [ "$(basename "$i")" = vm1-day0.raw ]; then qemu-img convert -f raw -O vhdx -o subformat=dynamic "$i" "${i%.raw}.vhdx"; fi
  done
fi
step finished; ls -ls "$OUT" >&2
