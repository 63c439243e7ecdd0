package mp4
import ("testing";"os";"os/exec";"path/filepath";"math/rand";"bytes";"strconv";"time";"fmt";"github.com/mediagauge/mediagauge/probe")
func TestMutDev(t *testing.T){
 seed,_:=strconv.ParseInt(os.Getenv("MUTSEED"),10,64); r:=rand.New(rand.NewSource(seed))
 var files []string
 for _,p:=range []string{"mp4","mov","m4a","3gp"}{ f,_:=filepath.Glob("../../testdata/generated/files/*."+p); files=append(files,f...); f,_=filepath.Glob("../../testdata/media/files/*."+p); files=append(files,f...)}
 dir:=t.TempDir(); n,ans,diff,reject:=0,0,0,0
 end:=time.Now().Add(150*time.Second)
 for time.Now().Before(end){
  name:=files[r.Intn(len(files))]
  b,_:=os.ReadFile(name); if len(b)>120000 {continue}
  i:=bytes.Index(b,[]byte("moov")); if i<0 {continue}
  size:=int(u32At(b,i-4)); if size<16||i+size>len(b)+4 {continue}
  m:=append([]byte(nil),b...)
  desc:=""
  for k:=0;k<1+r.Intn(2);k++{ at:=i+4+r.Intn(size-12)
   if r.Intn(2)==0 { m[at]=[]byte{0,1,255,127,128,byte(r.Intn(256))}[r.Intn(6)]} else { m[at]^=1<<r.Intn(8)}
   desc+=fmt.Sprintf(" [%d]=%#x",at,m[at]) }
  n++
  info,err:=probe.New(Format).Probe(t.Context(),probe.NewBytes(m))
  if err!=nil {continue}
  ans++
  p:=filepath.Join(dir,"x.mp4"); os.WriteFile(p,m,0o600)
  out,err:=exec.Command("ffprobe","-v","error","-max_alloc","67108864","-print_format","json","-show_format","-show_streams",p).Output()
  if err!=nil||len(out)<20 { reject++; t.Logf("REJECT %s%s",filepath.Base(name),desc); os.WriteFile(fmt.Sprintf("/tmp/mp4dev/rej%d.mp4",reject),m,0o600); continue}
  want:=recorded(t,out)
  d:=differences(want,answered(info))
  var dd []string
  for _,x:=range d { if !bytes.Contains([]byte(x),[]byte("bit_rate: ffprobe")) || !bytes.HasSuffix([]byte(x),[]byte(`we ""`)) {dd=append(dd,x)}}
  if len(dd)>0 { diff++; if len(dd)>5 {dd=dd[:5]}; t.Logf("DIFF %s%s %q",filepath.Base(name),desc,dd); os.WriteFile(fmt.Sprintf("/tmp/mp4dev/diff%d.mp4",diff),m,0o600)}
 }
 t.Logf("n=%d answered=%d diff=%d rejected=%d",n,ans,diff,reject)
}
